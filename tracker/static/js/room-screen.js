// The projector in the room: one code at a time, fetched when it is due. A code is never shown beyond its time: when
// the server does not answer, or the tab was asleep, it is hidden and the page says so.

import { keepAwake } from "./wake.js";

const TICK_MS = 200;
const COUNT_MS = 2000;
const RETRY_MS = 1000;
const PATIENCE_MS = 4000;
const GRACE_MS = 1500;

const screen = document.querySelector("[data-screen]");
const find = (name) => screen.querySelector(`[data-${name}]`);
const full = find("full");

// Both clocks: one stands still while the machine sleeps, the other may be set.
const moment = () => ({ wall: Date.now(), steady: performance.now() });
const since = (then) => Math.max(Date.now() - then.wall, performance.now() - then.steady);

let shownAt = moment();
let leftMs = Number(screen.dataset.left) * 1000;
let isOpen = !find("code").hidden;
let isAsking = false;
let hasEnded = false;
let nextMs = COUNT_MS;

const remaining = () => leftMs - since(shownAt);

function say(words) {
  const place = find("closed");
  if (place.textContent !== words) place.textContent = words;
  place.hidden = !words;
  find("code").hidden = Boolean(words);
}

function draw(shown) {
  const symbol = find("symbol");
  symbol.setAttribute("viewBox", `0 0 ${shown.symbol.size} ${shown.symbol.size}`);
  symbol.firstElementChild.setAttribute("d", shown.symbol.path);
  find("short").textContent = shown.short_code;
}

function show(shown) {
  shownAt = moment();
  leftMs = shown.seconds_left * 1000;
  nextMs = Math.min(COUNT_MS, leftMs + 30);
  isOpen = shown.phase === "open";
  find("in").textContent = shown.in_count;
  find("of").textContent = shown.people_count;
  find("phase").textContent = shown.words;
  if (isOpen) draw(shown);
  say(isOpen ? "" : shown.words);
}

async function fetchShown() {
  const response = await fetch(screen.dataset.url, {
    headers: { Accept: "application/json" },
    cache: "no-store",
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  hasEnded = [401, 403, 404].includes(response.status);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

async function ask() {
  isAsking = true;
  try {
    show(await fetchShown());
  } catch {
    nextMs = since(shownAt) + RETRY_MS;
    if (hasEnded) lose("This screen has ended. Sign in again and open it anew.");
  }
  isAsking = false;
}

/** Hide the code and forget it: what is on the page can be found in it. */
function lose(words) {
  say(words);
  isOpen = false;
  find("symbol").firstElementChild.setAttribute("d", "");
  find("short").textContent = "";
}

function tick() {
  const left = remaining();
  find("seconds").textContent = Math.ceil(Math.max(left, 0) / 1000);
  const share = Math.max(left, 0) / (Number(screen.dataset.step) * 10);
  find("ring").setAttribute("stroke-dasharray", `${share} 100`);
  if (isOpen && left < -GRACE_MS) lose("No answer from the server. The code comes back with it.");
  if (!hasEnded && !isAsking && !document.hidden && since(shownAt) >= nextMs) ask();
}

if (document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", () => document.documentElement.requestFullscreen());
  document.addEventListener("fullscreenchange", () => {
    full.hidden = Boolean(document.fullscreenElement);
  });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  if (remaining() < 0) nextMs = 0;
  tick();
});
addEventListener("online", () => {
  nextMs = 0;
});
keepAwake(find("wake"));
setInterval(tick, TICK_MS);
tick();
