import assert from "node:assert/strict";
import { test } from "node:test";

import { isSure, measure } from "../../tracker/static/js/door/clock.js";

const MINUTE = 60000;
const measured = (now) => measure(new Date(now).toISOString(), now, now);

test("a clock is sure only as long as it was measured and has not been set since", () => {
  const now = Date.now();
  assert.equal(isSure(now), false);
  measured(now);
  assert.equal(isSure(now + 500), true);
  for (const minutes of [-25, 25]) {
    assert.equal(isSure(now + minutes * MINUTE), false);
    assert.equal(isSure(now), false, "set right again, but nobody knows when it was wrong");
    measured(now);
    assert.equal(isSure(now), true);
  }
});
