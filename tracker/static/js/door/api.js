// The calls to the server. Only a JSON answer of our own server counts: the page of a hotel's network does not.

import { measure } from "./clock.js";

/** The application's root, which may be below another path. */
export const ROOT = new URL("../../../", import.meta.url);

const TIMEOUT_MS = 4000;
const LONG_TIMEOUT_MS = 30000;
const NOT_MODIFIED = 304;

/** The server knows this device no longer. */
export class UnpairedError extends Error {}

/** No usable answer; `retryAfter` in milliseconds where the server named one, `status` where it answered at all. */
export class UnreachableError extends Error {
  constructor(message, { status = null, retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { status, retryAfter });
  }
}

/** How long the server asks to be left alone, in milliseconds: seconds or a date; null where it says nothing. */
export function retryAfter(text, now = Date.now()) {
  if (!text) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

function refusal(response, type) {
  if (type.startsWith("application/problem+json") && [401, 403].includes(response.status)) {
    return new UnpairedError(`HTTP ${response.status}`);
  }
  const wait = retryAfter(response.headers.get("Retry-After"));
  return new UnreachableError(`HTTP ${response.status}`, { status: response.status, retryAfter: wait });
}

async function call(pairing, path, { timeout = TIMEOUT_MS, headers, ...options } = {}) {
  const address = new URL(`api/v1/offerings/${encodeURIComponent(pairing.offering)}/${path}`, ROOT);
  try {
    const response = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", Authorization: `Bearer ${pairing.token}`, ...headers },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(timeout),
    });
    if (response.status === NOT_MODIFIED) return { response, body: null };
    const type = response.headers.get("Content-Type") ?? "";
    if (!response.ok || !type.startsWith("application/json")) throw refusal(response, type);
    return { response, body: await response.json() };
  } catch (error) {
    if (error instanceof UnpairedError || error instanceof UnreachableError) throw error;
    throw new UnreachableError(String(error));
  }
}

const json = (body, timeout) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body, timeout });

async function post(pairing, path, value, timeout) {
  const sent = Date.now();
  const { body } = await call(pairing, path, json(JSON.stringify(value), timeout));
  measure(body?.received_at, sent);
  return body;
}

const byId = (body) =>
  new Map((Array.isArray(body?.results) ? body.results : []).map((result) => [result?.id, result]));

/** What the bar shows: the offering, its segments with their windows, this device, who is in. */
export async function getDoor(pairing) {
  const sent = Date.now();
  const { body } = await call(pairing, "door");
  if (body?.offering?.code !== pairing.offering || !Array.isArray(body.segments)) {
    throw new UnreachableError("This is not our server's answer.");
  }
  measure(body.received_at, sent);
  return body;
}

/** The sealed roster as `{etag, records}`; null where it is still the one of `etag`. */
export async function getRoster(pairing, etag) {
  const headers = etag ? { "If-None-Match": etag } : {};
  const { response, body } = await call(pairing, "roster", { headers, timeout: LONG_TIMEOUT_MS });
  if (body === null) return null;
  if (!Array.isArray(body.records)) throw new UnreachableError("This is not our server's answer.");
  return { etag: response.headers.get("ETag"), records: body.records };
}

/** Send scans as they are: the server's results by id. It learns how wrong this clock is from what that says now. */
export async function postScans(pairing, scans) {
  const timeout = scans.length > 1 ? LONG_TIMEOUT_MS : TIMEOUT_MS;
  return byId(await post(pairing, "scans", { sent_at: new Date().toISOString(), scans }, timeout));
}

/** Hand in the file that a device has saved, as it is; what became of it. */
export const postQueueFile = async (pairing, text) =>
  (await call(pairing, "queue-file", json(text, LONG_TIMEOUT_MS))).body;

/** Take scans back; the server's results by the undos' ids. */
export const postUndos = async (pairing, undos) =>
  byId(await post(pairing, "undos", { sent_at: new Date().toISOString(), undos }));

/** Say how this device is. */
export const postState = (pairing, state) =>
  post(pairing, "door", { ...state, sent_at: new Date().toISOString() });
