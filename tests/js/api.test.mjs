import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { getDoor, getRoster, postScans, retryAfter, UnpairedError, UnreachableError } from "../../tracker/static/js/door/api.js";

const PAIRING = { offering: "DOOR-1", token: "secret" };
const own = globalThis.fetch;
let asked = [];

/** Let the network answer with this. */
function network(body, { status = 200, type = "application/json", headers = {} } = {}) {
  asked = [];
  globalThis.fetch = async (address, options) => {
    asked.push({ address: String(address), options });
    if (body instanceof Error) throw body;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(status === 304 ? null : text, { status, headers: { "Content-Type": type, ...headers } });
  };
}

afterEach(() => {
  globalThis.fetch = own;
});

const PROBLEM = { type: "application/problem+json" };

test("only an acknowledgement that bears its id counts", async () => {
  network({ results: [{ id: "a", outcome: "accepted" }, { outcome: "accepted" }, null] });
  const results = await postScans(PAIRING, [{ id: "a" }, { id: "b" }]);
  assert.deepEqual([results.has("a"), results.has("b")], [true, false]);
  assert.ok(Math.abs(Date.parse(JSON.parse(asked[0].options.body).sent_at) - Date.now()) < 5000);
});

test("the page of somebody else's network is no answer, whatever its status", async () => {
  for (const status of [200, 302, 401, 403, 511]) {
    network("<h1>Welcome to our hotel</h1>", { status, type: "text/html" });
    await assert.rejects(postScans(PAIRING, [{ id: "a" }]), UnreachableError);
  }
  network({ results: "none" });
  assert.equal((await postScans(PAIRING, [{ id: "a" }])).size, 0);
  network({ offering: { code: "OTHER" }, segments: [] });
  await assert.rejects(getDoor(PAIRING), UnreachableError);
  network({});
  await assert.rejects(getRoster(PAIRING, null), UnreachableError);
});

test("only our own server can say that the pairing has ended", async () => {
  for (const status of [401, 403]) {
    network({ title: "No" }, { status, ...PROBLEM });
    await assert.rejects(getDoor(PAIRING), UnpairedError);
  }
});

test("a server that wants to be left alone says for how long", async () => {
  network({ title: "Slow down" }, { status: 429, ...PROBLEM, headers: { "Retry-After": "7" } });
  await assert.rejects(postScans(PAIRING, [{ id: "a" }]), { status: 429, retryAfter: 7000 });
  assert.equal(retryAfter("Wed, 21 Oct 2026 07:28:00 GMT", Date.parse("2026-10-21T07:27:30Z")), 30000);
  assert.deepEqual([retryAfter(null), retryAfter("soon"), retryAfter("-1")], [null, null, null]);
});

test("an unchanged roster is not sent again", async () => {
  network("", { status: 304 });
  assert.equal(await getRoster(PAIRING, '"12-3"'), null);
  assert.equal(asked[0].options.headers["If-None-Match"], '"12-3"');
});

test("no call takes a cookie along, follows a redirect, or is kept by the browser", async () => {
  network({ results: [] });
  await postScans(PAIRING, [{ id: "a" }]);
  const { cache, credentials, redirect } = asked[0].options;
  assert.deepEqual({ cache, credentials, redirect }, { cache: "no-store", credentials: "omit", redirect: "error" });
});
