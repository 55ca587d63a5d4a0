// What is left of the page where this device may not scan: why, and what still waits on it.

import { saveFiles } from "./hand-in.js";
import * as outbox from "./outbox.js";
import { sendFormer } from "./syncing.js";
import { count, inWords } from "./unsent.js";

const EVERY_MS = 10000;

const find = (name) => document.querySelector(`[data-${name}]`);

function close(title, text) {
  find("door").hidden = true;
  find("closed").hidden = false;
  find("closed-title").textContent = title;
  find("closed-text").textContent = text;
}

function tellWaiting(unsent) {
  const is = unsent.scans + unsent.undos === 1 ? "is" : "are";
  const left = `${inWords(unsent)} ${is} saved on this device, not sent. Pair it again to send them, or save them as a file for the desk.`;
  find("closed-waiting").textContent = inWords(unsent) && left;
  find("closed-save").hidden = !inWords(unsent);
}

/** This device was never paired. */
export function closeUnknown() {
  close("This device is not paired", "Scan the pairing code that the coordinator shows.");
}

/** The pairing has ended. What the device still has is sent all the same: the server takes it, and holds it. */
export function closeUnpaired(pairing, device) {
  close("This device is no longer paired", "Ask the coordinator.");
  find("closed-save").addEventListener("click", () => saveFiles(pairing, device));

  async function send() {
    await outbox.flush(pairing).catch(() => {});
    await sendFormer(pairing);
    tellWaiting(await count());
  }

  send();
  setInterval(send, EVERY_MS);
}
