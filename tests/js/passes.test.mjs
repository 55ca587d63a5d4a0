import assert from "node:assert/strict";
import { test } from "node:test";

import { checkSymbol, endingPass, fromTyping, isSound, read } from "../../tracker/static/js/door/passes.js";

// Made by domain/base32.py from the number 12345, so that both sides hold the same rule.
const PASS = "MP1-00000000000000000000000C1S9";
const PRACTICE = `MP1-${"0".repeat(27)}`;

test("the check symbol is the one that the server computes", () => {
  assert.equal(checkSymbol(PASS.slice(4, -1)), "9");
  assert.equal(checkSymbol("0".repeat(26)), "0");
});

test("any single wrong symbol is found", () => {
  for (let place = 4; place < PASS.length; place += 1) {
    const wrong = PASS[place] === "7" ? "8" : "7";
    assert.equal(isSound(PASS.slice(0, place) + wrong + PASS.slice(place + 1)), false, `symbol ${place}`);
  }
});

test("a code in view is a pass, the practice pass, or foreign", () => {
  assert.deepEqual(read(PASS), { kind: "pass", text: PASS });
  assert.deepEqual(read(`${PASS.slice(0, -1)}8`).kind, "pass");
  assert.deepEqual(read(PRACTICE), { kind: "practice", text: PRACTICE });
  assert.deepEqual(read("https://elsewhere.example/"), { kind: "foreign", text: "https://elsewhere.example/" });
  assert.deepEqual(read(""), { kind: "foreign", text: "" });
});

test("what is typed may be in small letters, in groups, with O for 0 and L for 1, and without the prefix", () => {
  const groups = "mp1 oooo oooo-oooo oooo oooo ooo c l s 9";
  assert.deepEqual(fromTyping(groups), { pass: PASS });
  assert.deepEqual(fromTyping(PASS.slice(4)), { pass: PASS });
});

test("what is mistyped gets a sentence that says what to mend", () => {
  assert.match(fromTyping("MP1 0000").problem, /27 characters; this one has 4/);
  assert.match(fromTyping(`${PASS.slice(0, -1)}8`).problem, /Compare the code/);
});

test("a scanner without a suffix ends with a whole sound pass, whatever came before", () => {
  assert.equal(endingPass(`XYZ${PASS}`), PASS);
  assert.equal(endingPass(PASS.slice(0, -1)), null);
});
