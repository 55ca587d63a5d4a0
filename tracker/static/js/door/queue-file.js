// The queue as a file, for a device that finds no network: another one, or the desk, hands it in. Pure.

const FORMAT = "muster-scans-1";
const BATCH = 200;
const NEAR_MS = 1000;

/** The file's content for scans as they would be sent. */
export function writeFile({ offering, device, scans }, now = new Date()) {
  return JSON.stringify({ format: FORMAT, offering, device, exported_at: now.toISOString(), scans }, null, 1);
}

/** A name that tells files apart, and nothing else. */
export const fileName = (offering, now = new Date()) =>
  `muster-scans-${offering}-${now.toISOString().slice(0, 19).replace(/[^\d]/g, "")}.json`;

const isScan = (scan) => typeof scan === "object" && scan !== null && typeof scan.id === "string";

/** Read a file for an offering: `{scans}`, or `{problem}`, a sentence that says what is wrong with it. */
export function readFile(text, offering) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return { problem: "This is not a file of scans." };
  }
  if (file?.format !== FORMAT || !Array.isArray(file.scans)) return { problem: "This is not a file of scans." };
  if (file.offering !== offering) {
    return { problem: `These scans are of ${file.offering}; this device is paired with ${offering}.` };
  }
  if (!file.scans.length || !file.scans.every(isScan)) return { problem: "The file holds no scans, or broken ones." };
  return { scans: file.scans };
}

/**
 * Scans in batches, each with the clock to name as `sent_at`: the clock that made them, as it says now. So the server
 * corrects their times by the offset that they themselves carry, not by that of the device that hands them in.
 */
export function inBatches(scans, serverNow) {
  const groups = [];
  for (const scan of [...scans].sort((a, b) => (a.offset_ms ?? 0) - (b.offset_ms ?? 0))) {
    const offset = scan.offset_ms ?? 0;
    const last = groups.at(-1);
    if (last && offset - last.offset <= NEAR_MS && last.scans.length < BATCH) last.scans.push(scan);
    else groups.push({ offset, scans: [scan] });
  }
  return groups.map((group) => ({ sentAt: serverNow - group.offset, scans: group.scans }));
}
