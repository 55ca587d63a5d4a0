import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName, inBatches, readFile, writeFile } from "../../tracker/static/js/door/queue-file.js";

const NOW = new Date("2026-11-24T15:00:00Z");
const scans = [{ id: "a", pass: "MP1-X", direction: "in", scanned_at: "2026-11-24T14:00:00.000Z", offset_ms: -1200 }];

test("a file says what it is and holds the scans as they would be sent", () => {
  assert.deepEqual(JSON.parse(writeFile({ offering: "DOOR-1", device: "Door 1", scans }, NOW)), {
    format: "muster-scans-1",
    offering: "DOOR-1",
    device: "Door 1",
    exported_at: "2026-11-24T15:00:00.000Z",
    scans,
  });
  assert.equal(fileName("DOOR-1", NOW), "muster-scans-DOOR-1-20261124150000.json");
});

test("what was written reads back", () => {
  assert.deepEqual(readFile(writeFile({ offering: "DOOR-1", device: "", scans }), "DOOR-1"), { scans });
});

test("a file that is none, or of another offering, says what is wrong", () => {
  const of = (more) => readFile(JSON.stringify({ format: "muster-scans-1", offering: "DOOR-1", scans, ...more }), "DOOR-1");
  for (const text of ["", "[]", "null", "{}", "<html>"]) assert.match(readFile(text, "DOOR-1").problem, /not a file/);
  assert.match(of({ format: "muster-scans-2" }).problem, /not a file/);
  assert.match(of({ offering: "DOOR-2" }).problem, /of DOOR-2; this device is paired with DOOR-1/);
  assert.match(of({ scans: [] }).problem, /no scans/);
  assert.match(of({ scans: [null] }).problem, /broken/);
});

test("scans go with the clock that made them, however many clocks there were", () => {
  const scan = (id, offset_ms) => ({ id, offset_ms });
  const server = NOW.getTime();
  const batches = inBatches([scan("a", 5000), scan("b", -3600000), scan("c", 5400), { id: "d" }], server);
  assert.deepEqual(
    batches.map(({ sentAt, scans }) => [server - sentAt, scans.map(({ id }) => id)]),
    [
      [-3600000, ["b"]],
      [0, ["d"]],
      [5000, ["a", "c"]],
    ],
  );
});

test("batches stay small enough for any network", () => {
  const many = Array.from({ length: 450 }, (_, n) => ({ id: String(n), offset_ms: 0 }));
  assert.deepEqual(inBatches(many, 0).map((batch) => batch.scans.length), [200, 200, 50]);
});
