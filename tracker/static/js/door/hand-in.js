// Saving what waits as a file, and handing in a file that another device has saved.

import { postQueueFile, UnpairedError } from "./api.js";
import * as outbox from "./outbox.js";
import { fileName, problemOf, writeFile } from "./queue-file.js";
import { listWaiting } from "./undo.js";
import { countByOffering, inWords, listPairings } from "./unsent.js";

const TOO_LARGE = 413;
const UNREADABLE = 422;

async function makeFile({ offering, token }, device) {
  const [scans, kept, undos] = await Promise.all([
    outbox.waitingScans(offering),
    outbox.waiting(offering),
    listWaiting(offering),
  ]);
  const unsure = kept.filter((each) => !each.is_sure).map(({ id }) => id);
  const content = await writeFile({ offering, device, token, scans, unsure, undos });
  return { name: fileName(offering), content, scans: scans.length, undos: undos.length };
}

/** Make a file of what waits for each offering, also one that this device was paired with before. */
export async function makeFiles(pairing, device) {
  const counts = await countByOffering();
  const pairings = (await listPairings(pairing)).filter(({ offering }) => counts.has(offering));
  return Promise.all(pairings.map((each) => makeFile(each, device)));
}

function download({ name, content }) {
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

/** Offer what waits as downloads, a file for each offering; resolves to what each holds. */
export async function saveFiles(pairing, device) {
  const files = await makeFiles(pairing, device);
  files.forEach(download);
  return files;
}

/** What became of a file that was handed in, in words. */
export function tellHandedIn({ scans, undone, not_undone: notUndone, held, refused }) {
  const open = held + refused + notUndone;
  const all = inWords({ scans, undos: undone + notUndone });
  return `${all} handed in. ${open ? `${open} for the desk to look at.` : "Nothing is left to decide."}`;
}

function tellFailure(error) {
  if (error instanceof UnpairedError) return "This device is no longer paired.";
  if (error.status === TOO_LARGE) return "The file is too large to go from here. Hand it in at the desk.";
  if (error.status === UNREADABLE) return "The server cannot read this file. Hand it in at the desk.";
  return "The connection was lost. Hand the file in again.";
}

/** Hand a file in as it is; resolves to a sentence that says what came of it. Repeating it changes nothing. */
export async function handIn(pairing, file) {
  const text = await file.text();
  return problemOf(text, pairing.offering) ?? postQueueFile(pairing, text).then(tellHandedIn, tellFailure);
}
