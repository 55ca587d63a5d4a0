import assert from "node:assert/strict";
import { test } from "node:test";

import { isForPage } from "../../tracker/static/js/review-keys.js";

const inside = (...selectors) => ({
  closest: (wanted) => selectors.some((each) => wanted.split(", ").includes(each)) || null,
});

test("a key that is typed into a field is not for the page", () => {
  assert.equal(isForPage({ target: inside("textarea") }), false);
  assert.equal(isForPage({ target: inside("input:not([type=checkbox])") }), false);
  assert.equal(isForPage({ target: inside() }), true);
});

test("a shortcut of the browser is left to it", () => {
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) {
    assert.equal(isForPage({ target: inside(), [modifier]: true }), false);
  }
});
