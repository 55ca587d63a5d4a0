import assert from "node:assert/strict";
import { test } from "node:test";

import { countLeavable, leavableSegment, nextSegment, openSegment } from "../../tracker/static/js/door/segments.js";

const at = (time) => Date.parse(`2026-11-24T${time}:00-06:00`);
const segment = (number, opens, starts, ends, more = {}) => {
  const when = (time) => `2026-11-24T${time}:00-06:00`;
  return { number, opens_at: when(opens), starts_at: when(starts), ends_at: when(ends), room: "A", ...more };
};
const MORNING = segment(1, "08:00", "09:00", "10:00", { check_out: true, check_out_until: "2026-11-24T10:45:00-06:00" });
const SECOND = segment(2, "10:00", "10:15", "11:30");
const BOTH = [MORNING, SECOND];

test("a segment takes check-ins from its opening to just before its end", () => {
  assert.equal(openSegment(BOTH, at("07:59"), "A"), null);
  assert.equal(openSegment(BOTH, at("08:00"), "A"), MORNING);
  assert.equal(openSegment(BOTH, at("10:00"), "A"), SECOND);
});

test("where two are open the device's room decides, and without one nobody does", () => {
  const other = { ...MORNING, number: 3, room: "B" };
  assert.equal(openSegment([MORNING, other], at("09:00"), "B"), other);
  assert.equal(openSegment([MORNING, other], at("09:00"), ""), null);
});

test("leaving is offered only with check-out, and until check-outs are no longer taken", () => {
  assert.equal(leavableSegment(BOTH, at("08:59"), "A"), null);
  assert.equal(leavableSegment(BOTH, at("10:44"), "A"), MORNING);
  assert.equal(leavableSegment(BOTH, at("10:45"), "A"), null);
  assert.equal(leavableSegment([SECOND], at("10:30"), "A"), null);
});

const PLENARY = segment(4, "08:00", "09:00", "10:00", { room: "Hall A", check_out: true, check_out_until: MORNING.check_out_until });
const PARALLEL = { ...PLENARY, number: 5, room: "Hall B" };
const AFTER = segment(6, "10:00", "10:15", "11:30", { room: "Hall A", check_out: true, check_out_until: "2026-11-24T12:00:00-06:00" });

test("a room is compared as people write it, for coming in as for leaving", () => {
  for (const find of [openSegment, leavableSegment]) {
    for (const room of ["hall a", " Hall A ", "HALL A"]) assert.equal(find([PLENARY, PARALLEL], at("09:30"), room), PLENARY);
    assert.equal(find([PARALLEL, PLENARY], at("09:30"), "hall b"), PARALLEL);
  }
});

test("of two that run at once none is left unless the room decides", () => {
  for (const room of ["", "  ", "Hall C", undefined]) {
    for (const all of [[PLENARY, PARALLEL], [PARALLEL, PLENARY]]) assert.equal(leavableSegment(all, at("09:30"), room), null);
  }
  assert.equal(countLeavable([PLENARY, PARALLEL], at("09:30")), 2);
  assert.equal(leavableSegment([PLENARY], at("09:30"), "Hall C"), PLENARY);
});

test("of two in one room the one that runs is left, and of the ended ones none", () => {
  for (const room of ["Hall A", ""]) assert.equal(leavableSegment([PLENARY, AFTER], at("10:20"), room), AFTER);
  assert.equal(leavableSegment([PLENARY, AFTER], at("10:10"), "Hall A"), PLENARY);
  assert.equal(leavableSegment([PARALLEL, AFTER], at("10:20"), ""), null);
  assert.equal(leavableSegment([PARALLEL, AFTER], at("10:20"), "Hall B"), PARALLEL);
});

test("the next segment is the next to open", () => {
  assert.equal(nextSegment(BOTH, at("08:30")), SECOND);
  assert.equal(nextSegment(BOTH, at("10:00")), null);
});
