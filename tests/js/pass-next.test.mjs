import assert from "node:assert/strict";
import { test } from "node:test";

import { current, isAnyOpen, when } from "../../tracker/static/js/pass-next.js";

const at = (time) => Date.parse(`2026-11-03T${time}-06:00`);
const item = (opens, starts, ends) => ({ opens: at(opens), starts: at(starts), ends: at(ends), day: "Tue 3 Nov" });
const FIRST = item("08:00", "09:00", "10:30");
const SECOND = item("10:30", "11:00", "12:30");

test("the next segment is the first that has not ended", () => {
  assert.equal(current([FIRST, SECOND], at("07:00")), FIRST);
  assert.equal(current([FIRST, SECOND], at("10:29:59")), FIRST);
  assert.equal(current([FIRST, SECOND], at("10:30")), SECOND);
  assert.equal(current([FIRST, SECOND], at("12:30")), undefined);
});

test("the way to the room's code is there while a segment takes check-ins", () => {
  const open = (time) => isAnyOpen([FIRST, SECOND], at(time));
  assert.deepEqual([open("07:59:59"), open("08:00"), open("10:29:59"), open("10:30")], [false, true, true, true]);
  assert.equal(isAnyOpen([FIRST], at("10:30")), false);
  assert.equal(isAnyOpen([{ ...FIRST, isIn: true }], at("09:00")), false);
});

test("before check-in opens its day is shown, then the minutes, then now", () => {
  assert.deepEqual(when(FIRST, at("07:59:59")), { words: "Tue 3 Nov", isOpen: false });
  assert.deepEqual(when(FIRST, at("08:00")), { words: "In 60 min", isOpen: true });
  assert.deepEqual(when(FIRST, at("08:59:01")), { words: "In 1 min", isOpen: true });
  assert.deepEqual(when(FIRST, at("09:00")), { words: "Now", isOpen: true });
});
