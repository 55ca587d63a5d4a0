// The calls to the server. Only a JSON answer of our own server counts: the page of a hotel's network does not.

import { measure } from "./clock.js";

/** The application's root, which may be below another path. */
export const ROOT = new URL("../../../", import.meta.url);

const TIMEOUT_MS = 4000;

/** The server knows this device no longer. */
export class UnpairedError extends Error {}

/** No usable answer; `retryAfter` in milliseconds where the server named one, `status` where it answered at all. */
export class UnreachableError extends Error {
  constructor(message, { status = null, retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { status, retryAfter });
  }
}

function refusal(response, type) {
  if (type.startsWith("application/problem+json") && [401, 403].includes(response.status)) {
    return new UnpairedError(`HTTP ${response.status}`);
  }
  const seconds = Number(response.headers.get("Retry-After"));
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
  return new UnreachableError(`HTTP ${response.status}`, { status: response.status, retryAfter });
}

async function call(pairing, path, options = {}) {
  const sent = Date.now();
  const address = new URL(`api/v1/offerings/${encodeURIComponent(pairing.offering)}/${path}`, ROOT);
  const headers = { Accept: "application/json", Authorization: `Bearer ${pairing.token}`, ...options.headers };
  try {
    const response = await fetch(address, {
      ...options,
      headers,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const type = response.headers.get("Content-Type") ?? "";
    if (!response.ok || !type.startsWith("application/json")) throw refusal(response, type);
    const body = await response.json();
    measure(body.received_at, sent);
    return body;
  } catch (error) {
    if (error instanceof UnpairedError || error instanceof UnreachableError) throw error;
    throw new UnreachableError(String(error));
  }
}

/** What the bar shows: the offering, its segments with their windows, this device, who is in. */
export const getDoor = (pairing) => call(pairing, "door");

/** Send scans as they were kept; resolves to the server's results by id. */
export async function postScans(pairing, scans) {
  const wire = scans.map(({ offering, kept_at, ...scan }) => scan);
  const body = JSON.stringify({ sent_at: new Date().toISOString(), scans: wire });
  const answer = await call(pairing, "scans", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
  const results = Array.isArray(answer.results) ? answer.results : [];
  return new Map(results.map((result) => [result.id, result]));
}
