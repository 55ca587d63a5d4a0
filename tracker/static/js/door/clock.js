// The server's time on a device whose clock may be wrong, and times as people in the offering's zone write them.

const MOST_DRIFT_MS = 60000;

let offset = null;
let steadySince = null; // how far this clock was ahead of one that nobody can set, when it was measured

const lead = (now) => now - performance.now();

/** Note the server's clock, read from an answer that was asked for at `sent` (milliseconds of this device). */
export function measure(receivedAt, sent, now = Date.now()) {
  const server = Date.parse(receivedAt);
  if (!Number.isFinite(server)) return;
  offset = Math.round(server - (sent + now) / 2);
  steadySince = lead(now);
}

/**
 * Whether this clock was watched since it was measured, and has not been set. What the page did not see (it was
 * loaded anew, the device slept) is not known. Once it was set, it stays unsure until it is measured again.
 */
export function isSure(now = Date.now()) {
  if (steadySince !== null && Math.abs(lead(now) - steadySince) > MOST_DRIFT_MS) steadySince = null;
  return steadySince !== null;
}

/** Take what was measured before this page was opened; a newer measurement wins. */
export function restore(ms) {
  if (Number.isFinite(ms)) offset ??= ms;
}

/** Server minus device in milliseconds, or null as long as no answer has come. */
export const offsetMs = () => offset;

/** The server's time now, in milliseconds. */
export const now = () => Date.now() + (offset ?? 0);

/** A moment as the time of day in `timeZone`, with the weekday where it is not today. */
export function timeOfDay(moment, timeZone, today = now()) {
  const at = new Date(moment);
  const day = (when) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(when);
  const format = { hour: "2-digit", minute: "2-digit", timeZone };
  if (day(at) !== day(new Date(today))) format.weekday = "short";
  return new Intl.DateTimeFormat(undefined, format).format(at);
}
