// When what waits on this device needs somebody. Pure.

import { inWords } from "./unsent.js";

const MOST_UNSENT = 25;
const OLDEST_MS = 10 * 60 * 1000;

/** How long ago something was, in words; "just now" below a minute, also where the clock was set back. */
export function ago(ms) {
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 90) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 36 ? `${hours} hours ago` : `${Math.round(hours / 24)} days ago`;
}

/**
 * What the band says: `{text, isAlarm}`, or null where all is well.
 *
 * `unsent`: what waits, `{scans, undos, oldest}`; `age`: milliseconds since all was level, null where it never was: the
 * oldest of what waits counts instead. `isReachable`: whether the server answered last; `hasTried`: whether it was asked
 * since this page was opened.
 */
export function bandFor({ unsent, age, isReachable, hasTried }, now = Date.now()) {
  const count = unsent.scans + unsent.undos;
  if (!count && isReachable) return null;
  const waited = count && unsent.oldest !== null ? now - unsent.oldest : 0;
  const isAlarm = hasTried && (count > MOST_UNSENT || (age ?? waited) > OLDEST_MS);
  const lost = isReachable ? "" : "No connection. ";
  const what = count ? `${inWords(unsent)} saved on this device, not sent yet.` : "Scans are saved on this device.";
  const never = count ? ` The oldest was made ${ago(waited)}.` : "";
  const since = age === null ? never : ` Last sync ${ago(age)}.`;
  const act = isAlarm ? " Find a network, or tell the coordinator." : "";
  return { text: lost + what + since + act, isAlarm };
}
