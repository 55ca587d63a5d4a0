// The pass page: kept for when there is no network, bright for the scanner, and
// always showing the segment that comes next.

import { keepPage } from "./pass-keep.js";
import { showNext } from "./pass-next.js";
import { keepAwake } from "./wake.js";

const page = document.querySelector("[data-pass]");
const offset = Number(page.dataset.now) - Date.now();

keepAwake(page.querySelector("[data-wake]"));

const answer = await keepPage(page.dataset.worker).catch(() => undefined);
if (answer?.kept) {
  document.querySelector("[data-saved]").hidden = false;
}
if (answer?.fromCache) {
  page.querySelector("[data-offline]").hidden = false;
}

// A page from the server brings the server's time; a kept one has only the phone's.
const clock = answer?.fromCache ? Date.now : () => Date.now() + offset;
const nexts = page.querySelector("[data-nexts]");
const room = page.querySelector("[data-room]");
if (room && answer?.fromCache) room.hidden = true; // the room's code needs a network
if (nexts) showNext(nexts, clock, { room: answer?.fromCache ? null : room });
