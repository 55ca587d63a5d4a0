// A pass finds and opens its own record in the sealed roster, and no other. The same rule as roster_keys.py.

const ID_BYTES = 16;
const KEY_BYTES = 32;

const bytes = (text) => new TextEncoder().encode(text);
const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unbase64 = (text) => Uint8Array.from(atob(text), (symbol) => symbol.charCodeAt(0));

/** The id under which a pass's record lies, and the key that opens it (32 bytes). */
export async function deriveRecordKey(pass) {
  const source = await crypto.subtle.importKey("raw", bytes(pass), "HKDF", false, ["deriveBits"]);
  const rule = { name: "HKDF", hash: "SHA-256", salt: bytes("muster/roster/1"), info: bytes("record") };
  const derived = new Uint8Array(await crypto.subtle.deriveBits(rule, source, 8 * (ID_BYTES + KEY_BYTES)));
  return { id: hex(derived.slice(0, ID_BYTES)), key: derived.slice(ID_BYTES) };
}

/** What a record says; rejects where it is another pass's, or was changed. */
export async function openRecord({ id, key }, { nonce, sealed }) {
  const opener = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const rule = { name: "AES-GCM", iv: unbase64(nonce), additionalData: bytes(id) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(rule, opener, unbase64(sealed))));
}
