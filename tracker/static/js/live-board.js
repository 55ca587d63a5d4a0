// Keeps the live board current. The server draws it and says when it has changed; this asks once a second, shows
// what differs, and says how old the picture is. It rests while the page is hidden.

import { patch } from "./patch.js";

const POLL_MS = 1000;
const MAX_POLL_MS = 30000;

/** Signed out, or no longer allowed: asking again is no use. */
class EndedError extends Error {}

const board = document.querySelector("[data-live]");
let tag = `"${board.dataset.tag}"`;
let shownTime = board.dataset.time;
let checkedAt = performance.now();
let delay = POLL_MS;
let isAsking = false;
let problem = "";
let timer;

async function ask() {
  const response = await fetch(board.dataset.url, {
    headers: { Accept: "text/html", "If-None-Match": tag },
    cache: "no-store",
    redirect: "manual",
  });
  if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) throw new EndedError();
  const time = response.headers.get("Muster-Time");
  if (!time || (!response.ok && response.status !== 304)) throw new Error(`HTTP ${response.status}`);
  if (response.ok) {
    patch(board, await response.text());
    tag = response.headers.get("ETag");
  }
  shownTime = time;
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden || isAsking) return;
  isAsking = true;
  try {
    await ask();
    checkedAt = performance.now();
    delay = POLL_MS;
    problem = "";
  } catch (error) {
    problem = error instanceof EndedError ? "This page has ended" : "No connection";
    delay = error instanceof EndedError ? Infinity : Math.min(delay * 2, MAX_POLL_MS);
  }
  isAsking = false;
  say();
  if (delay !== Infinity) timer = setTimeout(poll, delay);
}

/** Say how old the picture is; not announced, because it changes every second. */
function say() {
  const place = board.querySelector("[data-updated]");
  const seconds = Math.round((performance.now() - checkedAt) / 1000);
  place.textContent = problem
    ? `${problem}, showing ${shownTime}`
    : `Updated ${seconds < 2 ? "just now" : `${seconds} s ago`}`;
  place.classList.toggle("stale", Boolean(problem));
  board.querySelector("[data-reload]").hidden = !problem;
}

document.addEventListener("visibilitychange", poll);
addEventListener("online", poll);
setInterval(say, 1000);
poll();
