import assert from "node:assert/strict";
import { test } from "node:test";

import { answerFor, notTakenBack, takenBack } from "../../tracker/static/js/door/answers.js";

const REFUSED = ["not_a_pass", "unknown_pass", "revoked_pass", "too_early", "closed", "malformed", "id_conflict"];
const HELD = [
  "clock_unsure",
  "segment_changed",
  "segment_unclear",
  "shared_device",
  "not_enrolled_now",
  "not_in_roster",
  "device_revoked",
];
const segment = { number: 3, starts_at: "2026-11-24T09:00:00-06:00", opens_at: "2026-11-24T08:30:00-06:00" };
const context = { segment, next: segment, direction: "in", scannedAt: 0, zone: "America/Chicago" };
const person = { name: "Bo Li" };

test("somebody in time is welcomed with what is attended so far", () => {
  const result = {
    outcome: "accepted",
    late: false,
    first_in: "2026-11-24T08:59:00-06:00",
    person,
    attended: 3,
    required: 13,
  };
  assert.deepEqual(answerFor(result, context), {
    who: "Bo Li",
    flood: "ok",
    title: "Welcome",
    why: "On time. 3 of 13 so far.",
    soFar: { attended: 3, required: 13 },
    canLeave: false,
  });
});

test("somebody late is told by how much", () => {
  const result = { outcome: "accepted", late: true, first_in: "2026-11-24T09:11:30-06:00", person };
  assert.equal(answerFor(result, context).why, "11 minutes late, noted as late.");
});

test("leaving is offered only where the segment has check-out", () => {
  const result = { outcome: "duplicate", first_in: "2026-11-24T08:59:00-06:00", person };
  const withCheckOut = { ...context, segment: { ...segment, check_out: true } };
  assert.equal(answerFor(result, context).canLeave, false);
  assert.equal(answerFor(result, withCheckOut).canLeave, true);
  assert.match(answerFor(result, withCheckOut).why, /Are they leaving\?$/);
  const onStand = answerFor(result, { ...withCheckOut, isKiosk: true });
  assert.equal(onStand.canLeave, false);
  assert.match(onStand.why, /Show the pass to somebody at the door\.$/);
});

test("every reason of the closed list has a sentence of its own", () => {
  const why = (outcome) => (reason) => answerFor({ outcome, reason, person: null }, context).why;
  const sentences = [...REFUSED.map(why("refused")), ...HELD.map(why("held"))];
  assert.equal(new Set(sentences).size, REFUSED.length + HELD.length);
});

test("a reason that this page does not know yet still gets an answer", () => {
  assert.equal(answerFor({ outcome: "refused", reason: "new" }, context).flood, "no");
  assert.equal(answerFor({ outcome: "held", reason: "new" }, context).flood, "held");
});

test("what was taken back is said of a person who was in before, and of one who leaves", () => {
  const what = (flood, direction = "in") => takenBack({ flood, direction }).what;
  assert.equal(what("ok"), "It does not count.");
  assert.equal(what("again"), "This scan does not count. The person stays in.");
  assert.equal(what("ok", "out"), "The person has not left.");
});

test("what could not be taken back names the scans' times", () => {
  const undo = { made_at: new Date(Date.now()).toISOString() };
  assert.match(notTakenBack([undo], "UTC").what, /^The scan at \d\d:\d\d.* stands\. Tell the desk\.$/);
  assert.match(notTakenBack([undo, undo], "UTC").what, /^The scans at .*, .* stand\. /);
});
