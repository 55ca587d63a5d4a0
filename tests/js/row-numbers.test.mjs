import assert from "node:assert/strict";
import { test } from "node:test";

import { readNumbers } from "../../tracker/static/js/row-numbers.js";

const marked = (...numbers) => ({ marked: numbers, unmarked: [], problem: "" });

test("a number, several, and a range mark rows", () => {
  assert.deepEqual(readNumbers("7", 40), marked(7));
  assert.deepEqual(readNumbers(" 7, 8;9 ", 40), marked(7, 8, 9));
  assert.deepEqual(readNumbers("12-15", 40), marked(12, 13, 14, 15));
  assert.deepEqual(readNumbers("12 – 14", 40), marked(12, 13, 14));
  assert.deepEqual(readNumbers("", 40), marked());
});

test("with a minus rows are unmarked", () => {
  assert.deepEqual(readNumbers("-8", 40), { marked: [], unmarked: [8], problem: "" });
  assert.deepEqual(readNumbers("7, -8", 40), { marked: [7], unmarked: [8], problem: "" });
});

test("what is no row is said, and nothing is marked", () => {
  assert.deepEqual(readNumbers("5 x", 40), { marked: [], unmarked: [], problem: "“x” is no row." });
  assert.equal(readNumbers("41", 40).problem, "There is no row 41: the last one is 40.");
  assert.equal(readNumbers("0", 40).problem, "There is no row 0: the last one is 40.");
  assert.equal(readNumbers("9-7", 40).problem, "“9-7” runs backwards.");
  assert.deepEqual(readNumbers("5, 99", 40).marked, []);
});
