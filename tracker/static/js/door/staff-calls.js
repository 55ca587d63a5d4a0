// Calls in the session of a member of staff who is signed in on this device. The door's own token opens none of them.

import { ROOT } from "./api.js";

const TIMEOUT_MS = 6000;

/** Nobody is signed in here; `isStranger` where somebody is, but not for this offering. */
export class SignInError extends Error {
  constructor(isStranger) {
    super("Nobody is signed in for this offering.");
    this.isStranger = isStranger;
  }
}

/** The server's words on why not. */
export class RefusedError extends Error {}

const NETWORK = "Searching needs the network. Write the name instead.";

async function call(offering, path, options = {}) {
  const address = new URL(`staff/offerings/${encodeURIComponent(offering)}/door/${path}`, ROOT);
  const response = await fetch(address, {
    cache: "no-store",
    credentials: "same-origin",
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...options,
    headers: { Accept: "application/json", ...options.headers },
  }).catch(() => {
    throw new RefusedError(NETWORK);
  });
  const type = response.headers.get("Content-Type") ?? "";
  if (!/^application\/(problem\+)?json/.test(type)) throw new RefusedError(NETWORK);
  const body = await response.json();
  if ([401, 403, 404].includes(response.status)) throw new SignInError(response.status !== 401);
  if (!response.ok) throw new RefusedError(body.detail ?? body.title);
  return body;
}

const post = async (offering, path, value) => {
  const { csrf_token: token } = await getSession(offering);
  return call(offering, path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(value),
  });
};

/** Who is signed in here: `{user, csrf_token}`. */
export const getSession = (offering) => call(offering, "session");

/** People whose names begin like this: `{people: [{enrollment, name, agency}], more}`. */
export const search = (offering, text) => post(offering, "search", { text });

/** Check somebody in by hand; the answer is like a scan's. The same `uid` again gets the same answer. */
export const checkIn = (offering, act) => post(offering, "check-in", act);

/** Take a check-in by hand back, by its `uid`, within a minute. */
export const takeBack = (offering, uid) => post(offering, "undo", { uid });
