import assert from "node:assert/strict";
import { test } from "node:test";

import { tidy } from "../../tracker/static/js/door/written-name.js";

test("a written name is one line of whole characters", () => {
  assert.equal(tidy("  Ada\n\tSample  "), "Ada Sample");
  assert.equal(tidy("Zoe\u0308"), "Zoë");
  assert.equal(tidy("Ada\u202E\u0000Sample"), "Ada Sample");
  assert.equal(tidy(" \u200F "), "");
});

test("half a character is not sent, since the server would not read what it is in", () => {
  assert.equal(tidy("Ada \uD83D"), "Ada \uFFFD");
});

test("at most two hundred characters are sent, and none is cut in two", () => {
  assert.equal([...tidy("😀".repeat(300))].length, 200);
});
