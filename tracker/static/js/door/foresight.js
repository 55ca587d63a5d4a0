// What this device knows by itself of a scan: from the sealed roster and from the scans it has made.

import * as clock from "./clock.js";
import { isSound } from "./passes.js";
import * as roster from "./roster.js";
import * as seen from "./seen.js";
import { isTakenBack } from "./undo.js";
import { judge } from "./verdict.js";

const COUNTED = ["accepted", "duplicate"];
const FOREIGN = { outcome: "refused", reason: "not_a_pass" };
const WRITTEN = { outcome: "held", reason: "not_in_roster" };

/** The result that the server will likely give, null where this device cannot know; `id` of the pass in the roster. */
export async function foresee(door, scan) {
  if (scan.note !== undefined) return { id: null, result: WRITTEN };
  if (!scan.pass.startsWith("MP1-")) return { id: null, result: FOREIGN };
  const { id, record } = await roster.look(scan.pass);
  const segment = door.byNumber(scan.segment);
  const others = await seen.listDone(id);
  const result = judge({
    record: door.isKnown ? record : null,
    isSound: isSound(scan.pass),
    segment,
    isUnclear: door.isUnclearFor(scan.direction),
    next: door.next,
    seen: await seen.find(id, segment),
    others,
    direction: scan.direction,
    at: clock.now(),
  });
  return { id, result };
}

function isIn(scan, result) {
  return scan.direction === "in" && COUNTED.includes(result?.outcome) && result.segment && result.first_in;
}

/** Note a check-in that this device expects to count. */
export async function learn({ id, result }, scan) {
  if (!id || !isIn(scan, result) || result.outcome !== "accepted") return;
  const at = Date.parse(result.first_in);
  await seen.note(id, result.segment, { at, scan: scan.id, counts: !result.late });
}

/** Note what the server made of a scan: it counts, or it does not, or not for long. */
export async function settle(foreseen, scan, result) {
  if (!COUNTED.includes(result.outcome) || (await isTakenBack(scan.id))) return seen.forget(scan.id);
  if (!foreseen?.id || !isIn(scan, result)) return;
  const known = await seen.find(foreseen.id, { number: result.segment });
  const entry = { at: Date.parse(result.first_in), scan: known?.scan ?? scan.id, counts: known?.counts ?? !result.late };
  await seen.note(foreseen.id, result.segment, entry);
}
