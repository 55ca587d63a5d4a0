// The server's time on a device whose clock may be wrong, and times as people in the offering's zone write them.

let offset = null;

/** Note the server's clock, read from an answer that was asked for at `sent` (milliseconds of this device). */
export function measure(receivedAt, sent, now = Date.now()) {
  const server = Date.parse(receivedAt);
  if (Number.isFinite(server)) offset = Math.round(server - (sent + now) / 2);
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
