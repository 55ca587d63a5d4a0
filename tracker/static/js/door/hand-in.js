// Saving what waits as a file, and handing in a file that another device has saved.

import { postScans, UnpairedError } from "./api.js";
import * as clock from "./clock.js";
import * as outbox from "./outbox.js";
import { fileName, inBatches, readFile, writeFile } from "./queue-file.js";

/** Offer what waits as a download; resolves to how many scans it holds. */
export async function saveFile(pairing, device) {
  const scans = await outbox.waitingScans(pairing.offering);
  if (!scans.length) return 0;
  const content = writeFile({ offering: pairing.offering, device, scans });
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: fileName(pairing.offering) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return scans.length;
}

const count = (number) => (number === 1 ? "1 scan" : `${number} scans`);

/** Hand a file in; resolves to a sentence that says what came of it. Repeating it changes nothing. */
export async function handIn(pairing, file) {
  const { scans, problem } = readFile(await file.text(), pairing.offering);
  if (problem) return problem;
  const results = [];
  try {
    for (const batch of inBatches(scans, clock.now())) {
      results.push(...(await postScans(pairing, batch.scans, batch.sentAt)).values());
    }
  } catch (error) {
    if (error instanceof UnpairedError) return "This device is no longer paired.";
    return `${count(results.length)} of ${scans.length} handed in, then the connection was lost. Hand the file in again.`;
  }
  const open = results.filter((result) => ["held", "refused"].includes(result.outcome)).length;
  return `${count(results.length)} handed in. ${open ? `${open} for the desk to look at.` : "All of them count."}`;
}
