// Pairs this device: asks the server for a token, with the code of this page's own address or with the one that is typed, and keeps it.

import { ROOT } from "./api.js";
import * as store from "./store.js";
import { seal } from "./unlock-code.js";

const form = document.querySelector("[data-pair-form]");
const button = form.querySelector("[data-pair]");
const typed = form.querySelector("[data-pair-code]");
const problem = document.querySelector("[data-pair-problem]");

/** This device's name for itself, the same at every pairing. */
async function deviceUid() {
  const known = await store.get("device_uid");
  if (known) return known;
  const made = crypto.randomUUID();
  await store.set({ device_uid: made });
  return made;
}

/** Where the code is sent: this page's address, which ends in it, or would with what is typed. */
function address() {
  return typed ? new URL(`scan/pair/${encodeURIComponent(typed.value.trim())}`, ROOT) : location.href;
}

async function ask() {
  const response = await fetch(address(), {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    credentials: "omit",
    body: JSON.stringify({ device_uid: await deviceUid() }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.title);
  return answer;
}

/** Keep the pairing, and an earlier one's token for what still waits; of the unlock code no more than a hash. */
async function keep({ token, offering, device: { unlock_code: code, ...device } }) {
  const tokens = { ...(await store.get("tokens")), [offering]: token };
  const unlock = code ? await seal(code) : null;
  await store.set({ token, offering, device, tokens, unlock, locked: false, wrong: 0, used_at: Date.now() });
}

async function pair() {
  button.disabled = true;
  problem.hidden = true;
  try {
    await keep(await ask());
    location.replace(new URL("scan", ROOT));
  } catch (error) {
    problem.hidden = false;
    problem.textContent =
      error instanceof TypeError || error instanceof SyntaxError
        ? "The server cannot be reached. Check the network and try again."
        : error.message;
    button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  pair();
});
button.disabled = false;
