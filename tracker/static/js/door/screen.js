// What the door page shows. All words go in as text; the template holds the shapes.

import { signal } from "./sounds.js";

const DISMISS_MS = 1600;
const MOST_MARKS = 26;

const find = (name) => document.querySelector(`[data-${name}]`);
const say = (name, text) => {
  const element = find(name);
  if (element.textContent !== text) element.textContent = text;
};
const show = (name, isShown) => find(name).toggleAttribute("hidden", !isShown);

let dismissal;

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

/** Show the big answer, over whatever was there. `top` is what stands above it: the time and the count. */
export function flood(answer, top) {
  clearTimeout(dismissal);
  const panel = find("flood");
  panel.className = `flood flood--${answer.flood}`;
  for (const shape of panel.querySelectorAll("[data-shape]")) {
    shape.toggleAttribute("hidden", !shape.dataset.shape.split(" ").includes(answer.flood));
  }
  say("flood-time", top.time);
  say("flood-count", top.count);
  say("flood-title", answer.title);
  say("flood-who", answer.who ?? "");
  show("flood-who", Boolean(answer.who));
  say("flood-why", answer.why);
  const progress = answer.soFar && answer.soFar.required <= MOST_MARKS ? answer.soFar : null;
  find("flood-marks").replaceChildren(...(progress ? marks(progress) : []));
  show("flood-marks", Boolean(progress));
  show("flood-leave", Boolean(answer.canLeave));
  show("flood-acts", answer.flood !== "ok");
  say("flood-band-text", answer.band ?? "");
  show("flood-band", Boolean(answer.band));
  show("flood", true);
  find("door").dataset.state = answer.flood;
  say("announce", [answer.title, answer.who, answer.why, answer.band].filter(Boolean).join(". "));
  signal(answer.flood);
  if (answer.flood === "ok") dismissal = setTimeout(dismiss, DISMISS_MS);
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

/** The band: what is not sent, or that the server cannot be reached; nothing where all is well. */
export function band(waiting, isReachable) {
  const text = waiting ? `${scans(waiting)} saved on this device, not sent yet.` : "Scans are saved on this device.";
  say("band-text", isReachable ? text : `No connection. ${text}`);
  show("band", waiting > 0 || !isReachable);
}

/** Say what became of scans that had waited here. */
export function sent(results) {
  const open = results.filter((result) => ["refused", "held"].includes(result.outcome)).length;
  const rest = open ? `${scans(open)} of them for the desk to look at.` : "All of them count.";
  last({ who: `${scans(results.length)} sent that had waited here`, what: rest });
}

/** What stands in the eye while no picture is there; null where the camera runs. */
export function eye(text, { canStart = false } = {}) {
  show("eye-text", text !== null);
  say("eye-words", text ?? "");
  show("start", canStart);
  show("aim", text === null);
}

/** Show or hide one of the foot's buttons: "light", "flip" or "leaving". */
export const tool = (name, isShown) => show(name, isShown);

/** Say whether a button is on. */
export const press = (name, isOn) => find(name).setAttribute("aria-pressed", String(isOn));

/** Close the door: this device may not scan. `waiting` scans stay where they are. */
export function close(title, text, waiting) {
  show("door", false);
  show("closed", true);
  say("closed-title", title);
  say("closed-text", text);
  say("closed-waiting", waiting ? `${scans(waiting)} saved on this device, not sent. Pair it again to send them.` : "");
}
