// The pass as text: prefix, 26 symbols of base 32, a check symbol. The same rule as domain/passes.py.

const PREFIX = "MP1-";
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PAYLOAD = 26;
const WELL_FORMED = new RegExp(`^${PREFIX}[${ALPHABET}]{${PAYLOAD + 1}}$`);
const PRACTICE = PREFIX + "0".repeat(PAYLOAD + 1);

/** Multiply by the generator 2 in GF(32) over x^5 + x^2 + 1. */
function double(value) {
  const next = value << 1;
  return next & 32 ? next ^ 0b100101 : next;
}

/** The check symbol of a payload: the sum of its symbols, symbol i (from 0) weighted with 2^(i+1). */
export function checkSymbol(payload) {
  const sum = [...payload].reduceRight((total, symbol) => double(total ^ ALPHABET.indexOf(symbol)), 0);
  return ALPHABET[sum];
}

/** Whether `text` is a pass whose check symbol fits. */
export function isSound(text) {
  return WELL_FORMED.test(text) && checkSymbol(text.slice(PREFIX.length, -1)) === text.at(-1);
}

/**
 * What a QR code or a USB scanner said: `{kind, text}` with kind "pass", "practice" or "foreign". A wrong check
 * symbol still is a pass: the server answers it in the same words as a pass of another offering.
 */
export function read(text) {
  const tidy = text.trim().toUpperCase();
  if (tidy === PRACTICE) return { kind: "practice", text: tidy };
  return WELL_FORMED.test(tidy) ? { kind: "pass", text: tidy } : { kind: "foreign", text };
}

/** Whether `text` begins as a pass does, and is not one yet. */
export const isBeginning = (text) =>
  text.length < PREFIX.length + PAYLOAD + 1 && new RegExp(`^${PREFIX}[${ALPHABET}]*$`).test(text);

/**
 * The pass at the end of what a USB scanner typed, or null. Used for scanners that send neither Enter nor Tab.
 */
export function endingPass(typed) {
  const tail = typed.slice(-(PREFIX.length + PAYLOAD + 1));
  return isSound(tail) ? tail : null;
}

/**
 * What somebody typed from a badge: case, spaces, dashes and the letters O, I, L are forgiven, the prefix may be
 * left out. Returns `{pass}` or `{problem}`, a sentence that says what to mend.
 */
export function fromTyping(typed) {
  const tidy = typed
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
  const body = tidy.startsWith("MP1") && tidy.length !== PAYLOAD + 1 ? tidy.slice(3) : tidy;
  if (body.length !== PAYLOAD + 1) {
    return { problem: `After MP1 a code has ${PAYLOAD + 1} characters; this one has ${body.length}.` };
  }
  const pass = PREFIX + body;
  return isSound(pass) ? { pass } : { problem: "A character is wrong. Compare the code with the badge." };
}
