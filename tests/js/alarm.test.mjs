import assert from "node:assert/strict";
import { test } from "node:test";

import { ago, bandFor } from "../../tracker/static/js/door/alarm.js";

const MINUTE = 60000;
const NOW = Date.parse("2026-11-24T15:00:00Z");
const waiting = (scans, undos = 0, oldest = NOW) => ({ scans, undos, oldest });
const calm = { unsent: waiting(0), age: 0, isReachable: true, hasTried: true };

test("there is no band where all is sent and the server answers", () => {
  assert.equal(bandFor(calm), null);
});

test("the band says what is not sent and how old the last sync is", () => {
  assert.deepEqual(bandFor({ ...calm, unsent: waiting(4), age: 3 * MINUTE, isReachable: false }), {
    text: "No connection. 4 scans saved on this device, not sent yet. Last sync 3 min ago.",
    isAlarm: false,
  });
  assert.equal(bandFor({ ...calm, unsent: waiting(1) }).text, "1 scan saved on this device, not sent yet. Last sync just now.");
  assert.match(bandFor({ ...calm, unsent: waiting(0, 1) }).text, /^1 undo saved on this device/);
  assert.match(bandFor({ ...calm, unsent: waiting(2, 2) }).text, /^2 scans and 2 undos saved on this device/);
});

test("it is an alarm past 25 scans or ten minutes, not before the server was asked", () => {
  const isAlarm = (more) => bandFor({ ...calm, isReachable: false, ...more }).isAlarm;
  assert.deepEqual([25, 26].map((unsent) => isAlarm({ unsent: waiting(unsent) })), [false, true]);
  assert.deepEqual([10, 10.01].map((minutes) => isAlarm({ age: minutes * MINUTE })), [false, true]);
  assert.equal(isAlarm({ unsent: waiting(99), age: 99 * MINUTE, hasTried: false }), false);
});

test("a device that was never level, or whose clock was set back, says nothing wrong", () => {
  assert.deepEqual(bandFor({ ...calm, age: null, isReachable: false }), {
    text: "No connection. Scans are saved on this device.",
    isAlarm: false,
  });
  assert.equal(ago(-5 * MINUTE), "just now");
});

test("a device that was never level counts from the oldest scan that waits", () => {
  const after = (minutes) => {
    const unsent = waiting(1, 0, NOW - minutes * MINUTE);
    return bandFor({ ...calm, unsent, age: null, isReachable: false }, NOW);
  };
  assert.equal(after(9).isAlarm, false);
  assert.deepEqual(after(11), {
    text:
      "No connection. 1 scan saved on this device, not sent yet. The oldest was made 11 min ago. " +
      "Find a network, or tell the coordinator.",
    isAlarm: true,
  });
});

test("ages are said in minutes, hours and days", () => {
  assert.deepEqual([12, 150, 60 * 72].map((minutes) => ago(minutes * MINUTE)), ["12 min ago", "3 hours ago", "3 days ago"]);
});
