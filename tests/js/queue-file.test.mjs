import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { makeFiles, tellHandedIn } from "../../tracker/static/js/door/hand-in.js";
import * as outbox from "../../tracker/static/js/door/outbox.js";
import { fileName, problemOf, writeFile } from "../../tracker/static/js/door/queue-file.js";
import * as store from "../../tracker/static/js/door/store.js";
import * as undo from "../../tracker/static/js/door/undo.js";
import { install } from "./memory-database.mjs";

install();
const NOW = new Date("2026-11-24T15:00:00Z");
const PAIRING = { offering: "NOW-1", token: "mdev_now" };
const HELD = {
  offering: "S13",
  device: "T\u00fcr 1",
  token: "mdev_x",
  scans: [{ id: "a", note: 'Zo\u00eb "Q"\u2028/', offset_ms: -1200 }],
  unsure: ["a"],
  undos: [{ id: "u", scan: "a", made_at: "2026-11-24T14:00:01.000Z" }],
};

beforeEach(async () => {
  for (const name of ["outbox", "undos"]) await store.remove(name, (await store.list(name)).map(({ id }) => id));
});

test("a file says what it is, what waits, and by its proof whose it is", async () => {
  const { token, ...held } = HELD;
  assert.deepEqual(JSON.parse(await writeFile(HELD, NOW)), {
    format: "muster-scans-2",
    ...held,
    exported_at: "2026-11-24T15:00:00.000Z",
    // tests/domain/test_queue_file.py has the same file, and the same proof.
    proof: "4eda01e2289d41b70ba69e02b866fdebb8caced585c0c33eccccabf98e342910",
  });
  assert.equal(fileName("DOOR-1", NOW), "muster-scans-DOOR-1-20261124150000.json");
});

test("a file that is none, or of another offering, says what is wrong", async () => {
  const of = (more) => problemOf(JSON.stringify({ format: "muster-scans-2", offering: "S13", scans: [], ...more }), "S13");
  for (const text of ["", "[]", "null", "{}", "<html>"]) assert.match(problemOf(text, "S13"), /not a file/);
  assert.match(of({ format: "muster-scans-3" }), /not a file/);
  assert.match(of({ offering: "S14" }), /of S14; this device is paired with S13/);
  assert.equal(of({ format: "muster-scans-1" }), null);
  assert.equal(problemOf(await writeFile(HELD), "S13"), null);
});

test("there is a file for each offering, with its undos, and with the scans whose clock was not watched", async () => {
  await store.set({ tokens: { "OLD-1": "mdev_old" } });
  const scan = outbox.makeScan({ pass: "MP1-X" }, { segment: null, direction: "in" });
  await outbox.keep("NOW-1", scan);
  await undo.keep("OLD-1", { id: "sent-before" });

  const files = await makeFiles(PAIRING, "Door 1");
  assert.deepEqual(files.map(({ scans, undos }) => [scans, undos]), [[1, 0], [0, 1]]);
  const [now, old] = files.map(({ content }) => JSON.parse(content));
  assert.deepEqual([now.offering, now.scans, now.unsure, now.undos], ["NOW-1", [scan], [scan.id], []]);
  assert.deepEqual([old.offering, old.scans, old.undos.map((each) => each.scan)], ["OLD-1", [], ["sent-before"]]);
});

test("what became of a file is told with what is left to decide", () => {
  const done = { scans: 8, undone: 1, not_undone: 0, held: 0, refused: 0 };
  assert.equal(tellHandedIn(done), "8 scans and 1 undo handed in. Nothing is left to decide.");
  assert.match(tellHandedIn({ ...done, held: 2, not_undone: 1 }), /^8 scans and 2 undos handed in. 3 for the desk/);
});
