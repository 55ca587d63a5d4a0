// The queue as a file, for a device that finds no network: another one, or the desk, hands it in.

const FORMAT = "muster-scans-2";
const READ = ["muster-scans-1", FORMAT];
const PURPOSE = "muster queue file\n";
const SCAN_PARTS = ["id", "pass", "note", "segment", "direction", "scanned_at", "offset_ms"];
const UNDO_PARTS = ["id", "scan", "made_at"];

const bytes = (text) => new TextEncoder().encode(text);
const rows = (items, names) => items.map((item) => names.map((name) => item[name] ?? null));

/** What the proof is made of: the same bytes as in domain/queue_proof.py. */
function signedBytes({ format, offering, device, exported_at: at, unsure, scans, undos }) {
  const parts = [format, offering, device, at, unsure, rows(scans, SCAN_PARTS), rows(undos, UNDO_PARTS)];
  return bytes(PURPOSE + JSON.stringify(parts));
}

/** Whose a file is: an HMAC by the device's token, of which the server knows the hash. */
async function prove(content, token) {
  const hash = await crypto.subtle.digest("SHA-256", bytes(token));
  const key = await crypto.subtle.importKey("raw", hash, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const proof = await crypto.subtle.sign("HMAC", key, signedBytes(content));
  return Array.from(new Uint8Array(proof), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The file's content for scans and undos as they would be sent. `token` is that of the device for this offering;
 * `unsure` the ids of scans before which its clock may have moved.
 */
export async function writeFile({ offering, device, token, scans, unsure, undos }, now = new Date()) {
  const content = { format: FORMAT, offering, device, exported_at: now.toISOString(), scans, unsure, undos };
  return JSON.stringify({ ...content, proof: await prove(content, token) }, null, 1);
}

/** A name that tells files apart, and nothing else. */
export const fileName = (offering, now = new Date()) =>
  `muster-scans-${offering}-${now.toISOString().slice(0, 19).replace(/[^\d]/g, "")}.json`;

/** What is wrong with a file for an offering, in a sentence; null where the server may look at it. */
export function problemOf(text, offering) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return "This is not a file of scans.";
  }
  if (!READ.includes(file?.format) || !Array.isArray(file.scans)) return "This is not a file of scans.";
  if (file.offering === offering) return null;
  return `These scans are of ${file.offering}; this device is paired with ${offering}.`;
}
