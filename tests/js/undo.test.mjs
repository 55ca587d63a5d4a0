import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as seen from "../../tracker/static/js/door/seen.js";
import * as store from "../../tracker/static/js/door/store.js";
import { createUndo, flush, keep, timeLeft } from "../../tracker/static/js/door/undo.js";
import { install } from "./memory-database.mjs";

install();
const PAIRING = { offering: "DOOR-1", token: "mdev_x" };
const AT = Date.parse("2026-11-24T15:00:00Z");
const scan = { id: "scan-1", scanned_at: new Date(AT).toISOString() };

/** A server that answers every undo with this outcome. */
function answering(outcome) {
  globalThis.fetch = async (_, { body }) => {
    const results = JSON.parse(body).undos.map(({ id }) => ({ id, outcome }));
    return Response.json({ results });
  };
}

const wanted = async () => (await store.list("undos")).length;

beforeEach(async () => {
  await store.remove("undos", (await store.list("undos")).map(({ id }) => id));
  await seen.note("anna", 1, { at: AT, scan: scan.id, counts: true });
});

test("a scan can be taken back for 55 seconds of the clock that made it", () => {
  const left = [0, 54_000, 55_000, 75_000, -2_000, -60_000].map((later) => timeLeft(scan, AT + later));
  assert.deepEqual(left, [55_000, 1_000, 0, 0, 55_000, 0]);
});

test("an answer that comes later does not offer it longer, nor again once it was used", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: AT });
  const button = Object.assign(new EventTarget(), { hidden: true });
  const undo = createUndo(button, { pairing: PAIRING }, () => {});
  undo.offer(scan);
  t.mock.timers.tick(43_000);
  undo.offer(scan);
  assert.equal(button.hidden, false);
  t.mock.timers.tick(12_000);
  assert.equal(button.hidden, true);
  undo.offer(scan);
  assert.equal(button.hidden, true);
});

test("what the server took is over", async () => {
  answering("undone");
  await keep(PAIRING.offering, scan);
  assert.equal(await seen.find("anna", { number: 1 }), null);

  assert.deepEqual(await flush(PAIRING), []);
  assert.equal(await wanted(), 0);
  assert.equal(await seen.find("anna", { number: 1 }), null);
});

for (const outcome of ["too_late", "not_yours"]) {
  test(`an undo that is ${outcome} is told, and the person is in as before`, async () => {
    answering(outcome);
    await keep(PAIRING.offering, scan);

    assert.deepEqual((await flush(PAIRING)).map((undo) => undo.scan), [scan.id]);
    assert.equal(await wanted(), 0);
    assert.equal((await seen.find("anna", { number: 1 })).scan, scan.id);
  });
}

test("an undo of a scan that the server does not know waits for a day, and is then told", async () => {
  answering("unknown_scan");
  await keep(PAIRING.offering, scan);
  assert.deepEqual(await flush(PAIRING), []);
  assert.equal(await wanted(), 1);

  const [undo] = await store.list("undos");
  await store.keep("undos", { ...undo, kept_at: Date.now() - 25 * 60 * 60 * 1000 });
  assert.equal((await flush(PAIRING)).length, 1);
  assert.equal(await wanted(), 0);
});
