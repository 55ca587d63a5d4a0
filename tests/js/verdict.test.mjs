import assert from "node:assert/strict";
import { test } from "node:test";

import { judge } from "../../tracker/static/js/door/verdict.js";

const at = (time) => Date.parse(`2026-11-24T${time}:00-06:00`);
const segment = { number: 3, required: true, on_time_until: "2026-11-24T09:10:00-06:00" };
const record = { state: "enrolled", name: "Bo Li", agency: "Sample PD", in: {}, done: [1, 2], required: 13 };
const person = { name: "Bo Li", agency: "Sample PD" };
const scan = { record, isSound: true, segment, isUnclear: false, next: null, seen: null, direction: "in", at: at("08:55") };

test("somebody on the list is let in, with what is complete so far", () => {
  assert.deepEqual(judge(scan), {
    outcome: "accepted",
    person,
    segment: 3,
    late: false,
    first_in: "2026-11-24T14:55:00.000Z",
    attended: 3,
    required: 13,
  });
});

test("what this device has seen itself counts, and what is not complete does not", () => {
  assert.equal(judge({ ...scan, others: [1, 5] }).attended, 4);
  assert.equal(judge({ ...scan, segment: { ...segment, required: false } }).attended, 2);
  assert.deepEqual([judge({ ...scan, at: at("09:11") }).late, judge({ ...scan, at: at("09:11") }).attended], [true, 2]);
});

test("the limit itself is on time", () => {
  assert.equal(judge({ ...scan, at: at("09:10") }).late, false);
});

test("a second scan is known from the roster and from this device, with the earlier of both times", () => {
  const known = { ...scan, record: { ...record, in: { 3: at("08:50") / 1000 } } };
  assert.deepEqual(judge(known), { outcome: "duplicate", person, segment: 3, first_in: "2026-11-24T14:50:00.000Z" });
  assert.equal(judge({ ...scan, seen: { at: at("08:52") } }).first_in, "2026-11-24T14:52:00.000Z");
  assert.equal(judge({ ...known, seen: { at: at("08:45") } }).first_in, "2026-11-24T14:45:00.000Z");
});

test("somebody who leaves is let out, whether seen before or not", () => {
  const seen = { at: at("08:52") };
  assert.deepEqual(judge({ ...scan, seen, direction: "out" }), { outcome: "accepted", person, segment: 3 });
});

test("a pass that is not known here is for the desk, a wrong check symbol is not on the list", () => {
  assert.equal(judge({ ...scan, record: null }), null);
  assert.deepEqual(judge({ ...scan, record: null, isSound: false }), { outcome: "refused", reason: "unknown_pass" });
});

test("a replaced pass, a spare badge and a withdrawn person are told apart", () => {
  assert.equal(judge({ ...scan, record: { state: "revoked" } }).reason, "revoked_pass");
  assert.equal(judge({ ...scan, record: { state: "spare", spare: 7 } }).reason, "not_in_roster");
  assert.equal(judge({ ...scan, record: { ...record, state: "withdrawn" } }).reason, "not_enrolled_now");
});

test("no open segment is too early while one is to come, else closed, and two are unclear", () => {
  const none = { ...scan, segment: null };
  assert.equal(judge({ ...none, next: segment }).reason, "too_early");
  assert.equal(judge(none).reason, "closed");
  assert.equal(judge({ ...none, isUnclear: true }).reason, "segment_unclear");
});
