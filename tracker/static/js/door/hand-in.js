// Saving what waits as a file, and handing in a file that another device has saved.

import { postScans, UnpairedError } from "./api.js";
import * as clock from "./clock.js";
import * as outbox from "./outbox.js";
import { fileName, inBatches, readFile, writeFile } from "./queue-file.js";
import { countByOffering } from "./unsent.js";

/** Make a file of what waits for each offering, also one that this device was paired with before. */
export async function makeFiles(device) {
  const offerings = [...(await countByOffering()).keys()];
  const made = offerings.map(async (offering) => {
    const scans = await outbox.waitingScans(offering);
    return { name: fileName(offering), content: writeFile({ offering, device, scans }), scans: scans.length };
  });
  return (await Promise.all(made)).filter((file) => file.scans);
}

function download({ name, content }) {
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

/** Offer what waits as downloads, a file for each offering; resolves to what each holds. */
export async function saveFiles(device) {
  const files = await makeFiles(device);
  files.forEach(download);
  return files;
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
