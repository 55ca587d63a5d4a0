// A scan is on this device's disk before it is sent, and leaves it only on an acknowledgement that bears its id.

import { postScans, UnpairedError } from "./api.js";
import * as clock from "./clock.js";
import { held, ifFree, under } from "./locks.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

const RETRIES_MS = [0, 400, 1000, 2000];
const GIVE_UP_MS = 6000;
const BATCH = 200;
const TOO_MUCH = [400, 413, 422];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const lockOf = (id) => `muster scan ${id}`;

/** Make a scan of `what`, a `pass` or a `note`, as it will be sent: the same id and content however often. */
export function makeScan(what, { segment, direction }) {
  const scan = { id: crypto.randomUUID(), ...what, direction, scanned_at: new Date().toISOString() };
  if (segment) scan.segment = segment.number;
  if (clock.offsetMs() !== null) scan.offset_ms = clock.offsetMs();
  return scan;
}

/** Keep a scan until it is acknowledged. What it says of a person lies sealed. */
export async function keep(offering, { pass, note, ...scan }) {
  const secret = await vault.seal(pass === undefined ? { note } : { pass });
  await store.keep("outbox", { ...scan, secret, offering, is_sure: clock.isSure(), kept_at: Date.now() });
}

async function opened({ secret, offering, kept_at, is_sure, ...scan }) {
  return secret ? { ...scan, ...(await vault.open(secret)) } : scan;
}

/** What waits for an offering, oldest first, as it is kept. */
export async function waiting(offering) {
  const all = await store.list("outbox");
  return all.filter((kept) => kept.offering === offering).sort((a, b) => a.kept_at - b.kept_at);
}

/** Kept scans as they will be sent. One that cannot be read any more stays, and keeps no other from being sent. */
async function openAll(kept) {
  const done = await Promise.allSettled(kept.map(opened));
  return done.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
}

/** What waits for an offering, as it will be sent. */
export const waitingScans = async (offering) => openAll(await waiting(offering));

/** Send scans once; those acknowledged are let go of. Resolves to the results by id. */
async function attempt(pairing, scans) {
  if (!scans.length) return new Map();
  const results = await postScans(pairing, scans);
  const answered = scans.map((scan) => scan.id).filter((id) => results.has(id));
  if (answered.length) await store.remove("outbox", answered).catch(() => {});
  return results;
}

/**
 * Send one kept scan, trying again for about six seconds with the same id. Returns the server's result, or null if
 * none came: the scan then waits here. Throws UnpairedError.
 */
export const send = (pairing, scan) => under(lockOf(scan.id), () => trySending(pairing, scan));

async function trySending(pairing, scan) {
  const began = Date.now();
  for (const wait of RETRIES_MS) {
    await pause(wait);
    try {
      const result = (await attempt(pairing, [scan])).get(scan.id);
      if (result) return result;
    } catch (error) {
      if (error instanceof UnpairedError) throw error;
      const left = GIVE_UP_MS - (Date.now() - began);
      if (left < 0 || (error.retryAfter ?? 0) > left || !navigator.onLine) return null;
      await pause(error.retryAfter ?? 0);
    }
  }
  return null;
}

/**
 * Send what waits, in batches. Returns the results that came; throws what stopped it. One tab does it at a time, and
 * scans that `send` is busy with, here or in another tab, are left to it.
 */
export const flush = (pairing) => ifFree("muster sync", () => flushAll(pairing)).then((results) => results ?? []);

async function flushAll(pairing) {
  const results = [];
  const busy = await held();
  let size = BATCH;
  let rest = (await waiting(pairing.offering)).filter(({ id }) => !busy.has(lockOf(id)));
  while (rest.length) {
    try {
      const answers = await attempt(pairing, await openAll(rest.slice(0, size)));
      results.push(...answers.values());
      rest = rest.slice(size);
    } catch (error) {
      if (!TOO_MUCH.includes(error.status)) throw error;
      if (size === 1) rest = rest.slice(1); // this one stays; it must not keep the others
      else size = Math.ceil(size / 2);
    }
  }
  return results;
}
