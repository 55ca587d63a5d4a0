import assert from "node:assert/strict";
import { test } from "node:test";

import { send } from "../../tracker/static/js/evaluation-send.js";

const FIELDS = [
  ["overall.useful", "4"],
  ["overall.change", "a & b"],
];
const json = (body, status = 200, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
const page = (status = 200) => new Response("<h1>Welcome to our hotel</h1>", { status, headers: { "Content-Type": "text/html" } });
const problem = (status, more = {}) => json({ title: "No", detail: "Why not.", status, ...more }, status, "application/problem+json");

/** Send with a server that gives these answers in turn; gives the result and what it got. */
async function sendTo(...answers) {
  const asked = [];
  const fetch = async (address, options) => {
    asked.push({ address, options });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const result = await send(FIELDS, { address: "/evaluation", tokenAddress: "/csrf", fetch });
  return { result, asked };
}

const TOKEN = () => json({ csrf_token: "fresh" });

test("answers go with a token fetched just before", async () => {
  const { result, asked } = await sendTo(TOKEN(), json({ received: true }));

  assert.deepEqual(result, { state: "received" });
  assert.deepEqual(
    asked.map(({ address }) => address),
    ["/csrf", "/evaluation"],
  );
  assert.equal(asked[1].options.method, "POST");
  assert.equal(String(asked[1].options.body), "overall.useful=4&overall.change=a+%26+b&csrf_token=fresh");
});

test("a page of somebody else's network does not count as sent", async () => {
  assert.deepEqual((await sendTo(page())).result, { state: "offline" });
  assert.deepEqual((await sendTo(TOKEN(), page())).result, { state: "offline" });
  assert.deepEqual((await sendTo(TOKEN(), json({ ok: true }))).result.state, "refused");
});

test("no answer at all is no network", async () => {
  assert.deepEqual((await sendTo(new TypeError("failed"))).result, { state: "offline" });
  assert.deepEqual((await sendTo(TOKEN(), new TypeError("failed"))).result, { state: "offline" });
});

test("a busy server is asked again later", async () => {
  for (const status of [429, 500, 503]) {
    assert.deepEqual((await sendTo(TOKEN(), problem(status))).result, { state: "busy" });
  }
});

test("an ended sign-in is told apart, before and while sending", async () => {
  assert.deepEqual((await sendTo(problem(401))).result, { state: "signed-out" });
  assert.deepEqual((await sendTo(TOKEN(), problem(401))).result, { state: "signed-out" });
});

test("what must be mended comes back by field", async () => {
  const errors = [{ pointer: "overall.useful", detail: "Please answer this question." }];

  assert.deepEqual((await sendTo(TOKEN(), problem(422, { errors }))).result, {
    state: "refused",
    message: "Why not.",
    errors: [{ field: "overall.useful", sentence: "Please answer this question." }],
  });
  assert.deepEqual((await sendTo(TOKEN(), problem(409))).result, { state: "refused", message: "Why not.", errors: [] });
});
