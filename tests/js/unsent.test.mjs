import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { tellUnsent } from "../../tracker/static/js/door/menu.js";
import * as outbox from "../../tracker/static/js/door/outbox.js";
import * as store from "../../tracker/static/js/door/store.js";
import { sendFormer } from "../../tracker/static/js/door/syncing.js";
import * as undo from "../../tracker/static/js/door/undo.js";
import { count, countByOffering, listPairings } from "../../tracker/static/js/door/unsent.js";
import { install } from "./memory-database.mjs";

install();
const NOW = { offering: "NOW-1", token: "mdev_now" };
const asked = [];
let answer;

globalThis.fetch = async (address, { headers, body }) => {
  const call = [address.pathname.split("/").slice(-2).join(" "), headers.Authorization];
  asked.push(call);
  return answer(JSON.parse(body));
};

const taking = ({ scans, undos }) =>
  Response.json({
    results: [
      ...(scans ?? []).map(({ id }) => ({ id, outcome: "accepted" })),
      ...(undos ?? []).map(({ id }) => ({ id, outcome: "undone" })),
    ],
  });
const unpaired = () =>
  new Response("{}", { status: 401, headers: { "Content-Type": "application/problem+json" } });

async function scanAt(offering) {
  const scan = outbox.makeScan({ pass: "MP1-X" }, { segment: null, direction: "in" });
  await outbox.keep(offering, scan);
  return scan;
}

beforeEach(async () => {
  for (const name of ["outbox", "undos"]) await store.remove(name, (await store.list(name)).map(({ id }) => id));
  await store.set({ tokens: { "OLD-1": "mdev_old", "OLD-2": "mdev_older", "NOW-1": "mdev_now" } });
  asked.length = 0;
  answer = taking;
});

test("what waits is counted whichever offering it is of, undos too", async () => {
  await scanAt("NOW-1");
  await undo.keep("OLD-1", await scanAt("OLD-1"));

  const { scans, undos, oldest } = await count();
  assert.deepEqual({ scans, undos }, { scans: 2, undos: 1 });
  assert.ok(Date.now() - oldest < 5000);
  assert.equal(tellUnsent(await countByOffering(), "NOW-1"), "1 scan, 1 scan and 1 undo of OLD-1");
  assert.equal(tellUnsent(new Map(), "NOW-1"), "None");
});

test("the scans of earlier pairings and their undos go with those pairings' tokens", async () => {
  await undo.keep("OLD-1", await scanAt("OLD-1"));

  assert.deepEqual(await sendFormer(NOW), []);
  assert.deepEqual(asked, [
    ["OLD-1 scans", "Bearer mdev_old"],
    ["OLD-1 undos", "Bearer mdev_old"],
  ]);
  assert.deepEqual(await count(), { scans: 0, undos: 0, oldest: null });
});

test("an earlier pairing that is refused keeps what it has, and stops no other", async () => {
  for (const offering of ["OLD-1", "OLD-2"]) await scanAt(offering);
  answer = (body) => (asked.length === 1 ? unpaired() : taking(body));

  await sendFormer(NOW);
  assert.deepEqual([...(await countByOffering()).keys()], ["OLD-1"]);
});

test("the current pairing comes first, also where its token is an older one's", async () => {
  const pairings = await listPairings(NOW);
  assert.deepEqual(pairings.map(({ offering }) => offering), ["NOW-1", "OLD-1", "OLD-2"]);
});
