import assert from "node:assert/strict";
import { test } from "node:test";

import { fits, seal, waitAfter } from "../../tracker/static/js/door/unlock-code.js";

test("only the code itself fits, and spaces are forgiven", async () => {
  const kept = await seal("482913", 1000);
  assert.equal(await fits(" 482 913", kept), true);
  for (const wrong of ["482914", "48291", "4829133", ""]) assert.equal(await fits(wrong, kept), false);
});

test("the same code is never kept twice alike, and the code is not in what is kept", async () => {
  const [one, other] = [await seal("482913", 1000), await seal("482913", 1000)];
  assert.notDeepEqual(one.hash, other.hash);
  assert.deepEqual(Object.keys(one).sort(), ["hash", "iterations", "salt"]);
});

test("three tries are free, then each wrong one makes the next wait longer, up to five minutes", () => {
  assert.deepEqual([1, 2, 3, 4, 5].map(waitAfter), [0, 0, 5000, 10000, 20000]);
  assert.equal(waitAfter(50), 300000);
});
