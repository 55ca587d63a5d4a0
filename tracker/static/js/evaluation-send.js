// Sends the answers. Only an answer that says "received" counts as sent: a page of
// a hotel's network, a lost connection or a busy server do not.

const PATIENCE_MS = 20_000;
const JSON_ONLY = { Accept: "application/json" };

/**
 * Send `fields` ([name, value] pairs) with a fresh token against forgery.
 *
 * Gives {state}: "received", "offline" (nobody answered), "busy", "signed-out",
 * "refused" with `message` and `errors` ([{field, sentence}]).
 */
export async function send(fields, { address, tokenAddress, fetch = globalThis.fetch }) {
  try {
    const token = await ask(fetch, tokenAddress, { headers: JSON_ONLY });
    if (!token.body?.csrf_token) return judge(token);
    const body = new URLSearchParams([...fields, ["csrf_token", token.body.csrf_token]]);
    return judge(await ask(fetch, address, { method: "POST", headers: JSON_ONLY, body }));
  } catch {
    return { state: "offline" };
  }
}

async function ask(fetch, address, options) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(address, { credentials: "same-origin", cache: "no-store", ...options, signal });
  const type = response.headers.get("Content-Type") ?? "";
  const body = type.includes("json") ? await response.json() : undefined;
  return { status: response.status, body };
}

function judge({ status, body }) {
  if (body?.received === true) return { state: "received" };
  if (body === undefined) return { state: "offline" };
  if (status === 401) return { state: "signed-out" };
  if (status === 429 || status >= 500) return { state: "busy" };
  const errors = (body.errors ?? []).map(({ pointer, detail }) => ({ field: pointer, sentence: detail }));
  return { state: "refused", message: body.detail ?? "It was not accepted.", errors };
}
