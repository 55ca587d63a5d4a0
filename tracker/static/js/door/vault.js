// Seals what is written to this device's disk with a key that scripts cannot export. What is deleted from a
// browser's database stays in its files for a while: passes and written names shall not stand there to be read.

import { get, setOnce } from "./store.js";

const NONCE_BYTES = 12;

let key;

async function makeKey() {
  const known = await get("key");
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return setOnce("key", made);
}

function theKey() {
  key ??= makeKey().catch((error) => {
    key = undefined;
    throw error;
  });
  return key;
}

/** A value, sealed; as it is where this browser cannot keep a key, since losing a scan would be worse. */
export async function seal(value) {
  let own;
  try {
    own = await theKey();
  } catch {
    return { clear: value };
  }
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { nonce, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, own, plain) };
}

/** What was sealed. */
export async function open(box) {
  if ("clear" in box) return box.clear;
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.nonce }, await theKey(), box.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
}
