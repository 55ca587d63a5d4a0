import assert from "node:assert/strict";
import { test } from "node:test";

import { listen } from "../../tracker/static/js/door/keys.js";

const PASS = "MP1-00000000000000000000000C1S9";

function scanner() {
  const heard = [];
  let press;
  let time = 0;
  listen({ addEventListener: (_, listener) => (press = listener) }, (text) => heard.push(text));
  const key = (code, more = {}) => {
    const event = { code, key: "", target: null, timeStamp: (time += 5), prevented: false, ...more };
    event.preventDefault = () => (event.prevented = true);
    press(event);
    return event;
  };
  const code = (symbol) => (symbol === "-" ? "Minus" : /\d/.test(symbol) ? `Digit${symbol}` : `Key${symbol}`);
  return { heard, key, type: (text) => [...text].forEach((symbol) => key(code(symbol))), wait: (ms) => (time += ms) };
}

test("a pass is heard once, and the Enter behind it presses no button", () => {
  const { heard, key, type } = scanner();
  type(PASS);
  assert.equal(key("Enter").prevented, true);
  assert.deepEqual(heard, [PASS]);
});

test("a keyboard layout that swaps letters does not matter", () => {
  const { heard, key } = scanner();
  const place = { "-": "Minus" };
  for (const symbol of PASS)
    key(place[symbol] ?? (/\d/.test(symbol) ? `Digit${symbol}` : `Key${symbol}`), { key: "я" });
  assert.deepEqual(heard, [PASS]);
});

test("a foreign code is heard at its Enter", () => {
  const { heard, key, type } = scanner();
  type("WIFISECRET");
  key("Tab");
  assert.deepEqual(heard, ["WIFISECRET"]);
});

test("an Enter of the hand keeps its meaning, and typing into a field is left alone", () => {
  const { heard, key, type } = scanner();
  type("ABC");
  assert.equal(key("Enter").prevented, false);
  const target = { closest: () => ({}) };
  for (const symbol of PASS)
    key(symbol === "-" ? "Minus" : /\d/.test(symbol) ? `Digit${symbol}` : `Key${symbol}`, { target });
  assert.deepEqual(heard, []);
});

test("what was typed long ago is forgotten", () => {
  const { heard, key, type, wait } = scanner();
  type("ABCDEFG");
  wait(3000);
  type("H");
  key("Enter");
  assert.deepEqual(heard, []);
});

const afterAPause = () => new Promise((resolve) => setTimeout(resolve, 300));

test("a scanner that sends no Enter is heard after a pause, also with a wrong check symbol", async () => {
  const { heard, type } = scanner();
  type(`${PASS.slice(0, -1)}8`);
  assert.deepEqual(heard, []);
  await afterAPause();
  assert.deepEqual(heard, [`${PASS.slice(0, -1)}8`]);
});

test("a pass that stutters on its way in is still one pass", async () => {
  const { heard, type } = scanner();
  type(PASS.slice(0, 15));
  await afterAPause();
  type(PASS.slice(15));
  assert.deepEqual(heard, [PASS]);
});

test("what a hand types without Enter is not taken for a scan", async () => {
  const { heard, type, wait } = scanner();
  for (const symbol of "ABCDEFGHIJ") {
    wait(120);
    type(symbol);
  }
  await afterAPause();
  assert.deepEqual(heard, []);
});

test("an Enter just after the pause presses no button and scans nothing twice", async () => {
  const { heard, key, type } = scanner();
  type("WIFISECRET");
  await afterAPause();
  assert.equal(key("Enter").prevented, true);
  assert.deepEqual(heard, ["WIFISECRET"]);
});

test("two passes one after the other are two scans", () => {
  const { heard, type } = scanner();
  type(PASS + PASS);
  assert.deepEqual(heard, [PASS, PASS]);
});
