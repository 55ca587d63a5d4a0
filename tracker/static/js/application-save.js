// Saves a draft on the server. Only an answer that says "saved" counts: a page of a
// hotel's network, a lost connection or a busy server do not.

const PATIENCE_MS = 15_000;

/**
 * Save `draft` ({fields, tab, version}) with a fresh token against forgery.
 *
 * Gives {state}: "saved" with its `version`, "offline" (nobody answered), "busy",
 * "signed-out", "refused" with `message`.
 */
export async function saveDraft(draft, { address, tokenAddress, fetch = globalThis.fetch }) {
  try {
    const token = await ask(fetch, tokenAddress, {});
    if (!token.body?.csrf_token) return judge(token);
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token.body.csrf_token };
    return judge(await ask(fetch, address, { method: "POST", headers, body: JSON.stringify(draft) }));
  } catch {
    return { state: "offline" };
  }
}

async function ask(fetch, address, { headers, ...options }) {
  const response = await fetch(address, {
    credentials: "same-origin",
    cache: "no-store",
    headers: { Accept: "application/json", ...headers },
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...options,
  });
  const type = response.headers.get("Content-Type") ?? "";
  return { status: response.status, body: type.includes("json") ? await response.json() : undefined };
}

function judge({ status, body }) {
  if (body === undefined) return { state: "offline" };
  if (body.saved === true) return { state: "saved", version: body.version };
  if (status === 401) return { state: "signed-out" };
  if (status === 429 || status >= 500) return { state: "busy" };
  const first = body.errors?.[0]?.detail;
  return { state: "refused", message: first ?? body.detail ?? "It was not accepted." };
}
