// What the server would say of a scan, as far as this device can know. Pure: the sealed record of the pass that was
// scanned, what this device has seen itself, and the segments as they were last known, to a result like the server's.

const refused = (reason, more = {}) => ({ outcome: "refused", reason, ...more });
const held = (reason, more = {}) => ({ outcome: "held", reason, ...more });

function refusedByTime(next, person) {
  return refused(next ? "too_early" : "closed", { person });
}

function firstIn(record, segment, seen) {
  const known = [seen?.at, record.in[segment.number] * 1000].filter(Number.isFinite);
  return known.length ? Math.min(...known) : null;
}

/** The numbers of the segments that are complete, this one among them where it now is. */
function countDone(record, segment, isLate, others) {
  const done = new Set([...record.done, ...others]);
  if (segment.required && !isLate) done.add(segment.number);
  return done.size;
}

/**
 * The likely result of a scan, or null where the pass is not known here.
 *
 * `record`: the pass's record or null; `isSound`: whether its check symbol fits; `segment`: the one it is for, or
 * null; `isUnclear`: two might be meant; `next`: one is still to open; `seen`: `{at}` of an earlier scan here, or null;
 * `others`: numbers of further segments that this device has seen complete; `at`: the moment, by the server's clock.
 */
export function judge({ record, isSound, segment, isUnclear, next, seen, others = [], direction, at }) {
  if (!isSound) return refused("unknown_pass");
  if (!record) return null;
  if (record.state === "revoked") return refused("revoked_pass");
  if (record.state === "spare") return held("not_in_roster");
  const person = { name: record.name, agency: record.agency };
  if (record.state === "withdrawn") return held("not_enrolled_now", { person });
  if (isUnclear) return held("segment_unclear", { person });
  if (!segment) return refusedByTime(next, person);
  if (direction === "out") return { outcome: "accepted", person, segment: segment.number };
  const first = firstIn(record, segment, seen);
  if (first !== null) {
    return { outcome: "duplicate", person, segment: segment.number, first_in: new Date(first).toISOString() };
  }
  const late = at > Date.parse(segment.on_time_until);
  return {
    outcome: "accepted",
    person,
    segment: segment.number,
    late,
    first_in: new Date(at).toISOString(),
    attended: countDone(record, segment, late, others),
    required: record.required,
  };
}
