// What the door says about a scan. Pure: from the server's result to words, a shape and a signal.

import { offsetMs, timeOfDay } from "./clock.js";

const REFUSED = {
  not_a_pass: ["Not a pass", () => "This code is not a pass. Ask for the pass, or send the person to the desk."],
  unknown_pass: ["Not on the list", () => "This pass is not known here. Send the person to the desk."],
  revoked_pass: ["Old pass", () => "This pass was replaced. Ask for the new one."],
  too_early: ["Too early", ({ opens }) => (opens ? `Check-in opens at ${opens}.` : "Check-in is not open yet.")],
  closed: ["Closed", () => "Check-in for this segment is over. Send the person to the desk."],
  malformed: [
    "Not recorded",
    () => "The server could not read this scan. Write the name down and tell the coordinator.",
  ],
  id_conflict: ["Not recorded", () => "This scan clashes with another one. Scan the pass again."],
};

const HELD = {
  clock_unsure: "Let in. This device's clock jumped, so the time is not certain.",
  segment_changed: "Let in. The schedule changed since this device read it.",
  segment_unclear: "Let in. Two segments run at once, and this device’s room does not say which.",
  shared_device: "Let in. This phone has already checked somebody else in.",
  not_enrolled_now: "This person is not enrolled now. Send them to the desk.",
  not_in_roster: "Let in. The name is not on the list.",
  device_revoked: "Let in. This device is no longer paired.",
};

const first = (text) => text[0].toUpperCase() + text.slice(1);

function lateness(result, segment) {
  const minutes = segment ? Math.floor((Date.parse(result.first_in) - Date.parse(segment.starts_at)) / 60000) : 0;
  if (minutes < 1) return "Late, noted as late.";
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"} late, noted as late.`;
}

function soFar({ attended, required }) {
  return Number.isInteger(attended) && Number.isInteger(required) && required > 0 ? { attended, required } : null;
}

function accepted(result, { segment, direction, scannedAt, zone }) {
  if (direction === "out") {
    return { flood: "ok", title: "Leaving", why: `Left at ${timeOfDay(scannedAt, zone)}.` };
  }
  const progress = soFar(result);
  const sentence = result.late ? lateness(result, segment) : "On time.";
  const total = progress ? ` ${progress.attended} of ${progress.required} so far.` : "";
  return { flood: "ok", title: "Welcome", why: sentence + total, soFar: progress };
}

/** On a stand the person reads it, and has nothing to press. */
function duplicate(result, { segment, direction, scannedAt, zone, isKiosk = false }) {
  if (direction === "out") return accepted(result, { segment, direction, scannedAt, zone });
  const since = result.first_in ? `Scanned at ${timeOfDay(result.first_in, zone)}.` : "Scanned before.";
  const hasCheckOut = Boolean(segment?.check_out);
  const leaving = isKiosk ? " Leaving? Show the pass to somebody at the door." : " Are they leaving?";
  const why = since + (hasCheckOut ? leaving : "");
  return { flood: "again", title: "Already in", why, canLeave: hasCheckOut && !isKiosk };
}

function refused(result, { next, zone }) {
  const opens = next && timeOfDay(next.opens_at, zone);
  const [title, sentence] = REFUSED[result.reason] ?? ["Not recorded", () => "Send the person to the desk."];
  return { flood: "no", title, why: sentence({ opens }) };
}

function held(result) {
  return { flood: "held", title: "Saved", why: `The desk decides. ${HELD[result.reason] ?? "Let in."}` };
}

/**
 * The big answer to a result of the server.
 *
 * `context`: `segment` (the one of the result, or null), `next` (to open), `direction`, `scannedAt`, `zone`,
 * `isKiosk`.
 * Returns `{flood, title, who, why, soFar, canLeave}`; flood is "ok", "again", "held" or "no".
 */
export function answerFor(result, context) {
  const say = { accepted, duplicate, held, refused }[result.outcome] ?? refused;
  return { who: result.person?.name ?? "", soFar: null, canLeave: false, ...say(result, context) };
}

/** The answer where this device knows nothing of the pass and no answer came: the person is let in. */
export const keptAnswer = () => ({
  flood: "held",
  title: "Saved",
  who: "",
  why: "Let in. The desk decides once it is sent.",
});

/** The band on an answer that this device gives by itself. */
export const NOT_SENT = "Saved on this device, not sent yet.";

/** Whether two answers say the same about letting somebody in. */
export const areAlike = (one, other) =>
  one.flood === other.flood && one.title === other.title && one.who === other.who;

/** The answer where the scan could neither be sent nor kept. */
export const lostAnswer = () => ({
  flood: "no",
  title: "Not recorded",
  who: "",
  why: "This device can neither send nor save. Write the name down and tell the coordinator.",
});

/** The answer to the practice pass; nothing is sent. */
export const practiceAnswer = () => ({
  flood: "ok",
  title: "Practice",
  who: "",
  why: "The scanner reads well. Nothing was recorded.",
});

/** One line for the foot: what became of the last scan. */
export function summary(answer, at) {
  return { who: answer.who || answer.title, what: answer.who ? `${first(answer.title)}, ${at}` : at };
}

/** The line after a scan was taken back: of somebody who was in before, only this scan is gone. */
export function takenBack({ flood, direction }) {
  const what = flood === "again" ? "This scan does not count. The person stays in." : "It does not count.";
  return { who: "Taken back", what: direction === "out" ? "The person has not left." : what };
}

/** The line where that could not be kept. */
export const notKept = ({ takeBack }) => ({
  who: "Not taken back",
  what: `${takeBack ? "The server did not take that." : "This device could not keep that."} Tell the coordinator.`,
});

/** The line where the server has refused undos, `{made_at}` each: the scans stand. */
export function notTakenBack(undos, zone) {
  const times = undos.map(({ made_at: at }) => timeOfDay(Date.parse(at) + (offsetMs() ?? 0), zone));
  const what = undos.length === 1 ? `The scan at ${times[0]} stands.` : `The scans at ${times.join(", ")} stand.`;
  return { who: "Not taken back", what: `${what} Tell the desk.` };
}
