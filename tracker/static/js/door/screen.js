// What the door page shows. All words go in as text; the template holds the shapes.

import { alarm, signal } from "./sounds.js";

const DISMISS_MS = 1600;
const DISMISS_KIOSK_MS = 4000;
const MOST_MARKS = 26;

const find = (name) => document.querySelector(`[data-${name}]`);
const say = (name, text) => {
  const element = find(name);
  if (element.textContent !== text) element.textContent = text;
};
const show = (name, isShown) => find(name).toggleAttribute("hidden", !isShown);

let dismissal;
let isAlarmed = false;

function marks({ attended, required }) {
  return Array.from({ length: required }, (_, place) => {
    const mark = document.createElement("i");
    mark.className = place === attended - 1 ? "on now" : place < attended ? "on" : "";
    return mark;
  });
}

/** Take the big answer away. */
export function dismiss() {
  clearTimeout(dismissal);
  show("flood", false);
  find("door").dataset.state = "idle";
}

function words(answer) {
  say("flood-title", answer.title);
  say("flood-who", answer.who ?? "");
  show("flood-who", Boolean(answer.who));
  say("flood-why", answer.why);
  const progress = answer.soFar && answer.soFar.required <= MOST_MARKS ? answer.soFar : null;
  find("flood-marks").replaceChildren(...(progress ? marks(progress) : []));
  show("flood-marks", Boolean(progress));
  show("flood-leave", Boolean(answer.canLeave));
  say("flood-band-text", answer.band ?? "");
  show("flood-band", Boolean(answer.band));
}

/** Show the big answer, over whatever was there. `top` stands above it; a kiosk's goes away by itself. */
export function flood(answer, top, { isKiosk = false } = {}) {
  clearTimeout(dismissal);
  const panel = find("flood");
  panel.className = `flood flood--${answer.flood}`;
  for (const shape of panel.querySelectorAll("[data-shape]")) {
    shape.toggleAttribute("hidden", !shape.dataset.shape.split(" ").includes(answer.flood));
  }
  say("flood-time", top.time);
  say("flood-count", top.count);
  words(answer);
  show("flood-acts", answer.flood !== "ok" && !isKiosk);
  show("flood", true);
  find("door").dataset.state = answer.flood;
  say("announce", [answer.title, answer.who, answer.why, answer.band].filter(Boolean).join(". "));
  signal(answer.flood);
  const rest = isKiosk ? DISMISS_KIOSK_MS : DISMISS_MS;
  if (isKiosk || answer.flood === "ok") dismissal = setTimeout(dismiss, rest);
}

/** Bring the answer that is on the screen up to date, without a sound: it says the same, but for the band. */
export function settle(answer) {
  if (!find("flood").hidden) words(answer);
}

/** The bar: which segment, which room and device, how many are in. */
export function bar({ title, where, count }) {
  say("title", title);
  say("where", where);
  show("count", Boolean(count));
  if (count) {
    say("count-in", String(count.in));
    say("count-of", `of ${count.expected} in`);
    say("flood-count", `${count.in} of ${count.expected} in`);
  }
}

/** The line about the last scan. */
export function last({ who, what }) {
  say("last-who", who);
  say("last-what", what);
}

const scans = (count) => (count === 1 ? "1 scan" : `${count} scans`);

/** Say what became of scans that had waited here. */
export function sent(results) {
  if (!results.length) return;
  const open = results.filter((result) => ["refused", "held"].includes(result.outcome)).length;
  const rest = open ? `${open} of them for the desk to look at.` : "All of them count.";
  last({ who: `${scans(results.length)} sent that had waited here`, what: rest });
}

/** The band: what is not sent, or that the server cannot be reached; an alarm sounds once. */
export function band(said) {
  show("band", Boolean(said));
  say("band-text", said?.text ?? "");
  find("band").classList.toggle("band--alarm", Boolean(said?.isAlarm));
  for (const sign of find("band").querySelectorAll("[data-sign]")) {
    sign.toggleAttribute("hidden", (sign.dataset.sign === "alarm") !== Boolean(said?.isAlarm));
  }
  if (said?.isAlarm && !isAlarmed) {
    alarm();
    say("announce", said.text);
  }
  isAlarmed = Boolean(said?.isAlarm);
}

/** What stands in the eye while no picture is there; null where the camera runs. */
export function eye(text, { canStart = false } = {}) {
  show("eye-text", text !== null);
  say("eye-words", text ?? "");
  show("start", canStart);
  show("aim", text === null);
}

/** Show or hide a button: "light", "flip", "leaving" and the like. */
export const tool = (name, isShown) => show(name, isShown);

/** Say whether a button is on. */
export const press = (name, isOn) => find(name).setAttribute("aria-pressed", String(isOn));

/** On a stand there is nothing to press. */
export const kiosk = (isKiosk) => find("door").toggleAttribute("data-kiosk", isKiosk);
