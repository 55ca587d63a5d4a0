// The code that opens the screen: kept as a slow, salted hash. It keeps passers-by out, not who takes the device apart.

const ITERATIONS = 600000;
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 5 * 60 * 1000;

const bytes = (text) => new TextEncoder().encode(text);

async function hash(code, { salt, iterations }) {
  const source = await crypto.subtle.importKey("raw", bytes(code), "PBKDF2", false, ["deriveBits"]);
  const rule = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(rule, source, 256));
}

/** What is kept of a code. */
export async function seal(code, iterations = ITERATIONS) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt, iterations, hash: await hash(code, { salt, iterations }) };
}

/** Whether a typed code is the one that was kept; spaces are forgiven. */
export async function fits(typed, kept) {
  const tried = await hash(typed.replace(/\s/g, ""), kept);
  return tried.reduce((difference, byte, place) => difference | (byte ^ kept.hash[place]), 0) === 0;
}

/** How long to wait after so many wrong tries in a row, in milliseconds: 0, 0, 0, then 5 s, doubled each time. */
export function waitAfter(wrong) {
  if (wrong < FREE_TRIES) return 0;
  return Math.min(FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES), LONGEST_WAIT_MS);
}
