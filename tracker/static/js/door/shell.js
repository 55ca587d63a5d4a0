// Keeps this page for when there is no network, and takes a newer one when nobody is at it.

import { ROOT } from "./api.js";
import { trusted } from "./addresses.js";

const LOOK_EVERY_MS = 60 * 60 * 1000;
const QUIET_EVERY_MS = 2000;

/** Load the page anew as soon as `isQuiet`; what waits is on the disk. */
function reloadWhenQuiet(isQuiet) {
  const timer = setInterval(() => {
    if (!isQuiet()) return;
    clearInterval(timer);
    location.reload();
  }, QUIET_EVERY_MS);
}

/** Ask for this page to be kept. `isQuiet()` says whether it may be exchanged for a newer one now. */
export async function keepShell(isQuiet) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  let before = serviceWorker.controller;
  serviceWorker.addEventListener("controllerchange", () => {
    if (before) reloadWhenQuiet(isQuiet); // the first one brings what this page is already
    before = serviceWorker.controller;
  });
  const scope = new URL("scan", ROOT).pathname;
  const registration = await serviceWorker.register(trusted(new URL("scan/sw.js", ROOT).href), { scope });
  setInterval(() => registration.update().catch(() => {}), LOOK_EVERY_MS);
}
