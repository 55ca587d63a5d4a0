// A scan is on this device's disk before it is sent, and leaves it only on an acknowledgement that bears its id.

import { postScans, UnpairedError } from "./api.js";
import * as clock from "./clock.js";
import * as store from "./store.js";

const RETRIES_MS = [0, 400, 1000, 2000];
const GIVE_UP_MS = 6000;
const BATCH = 200;

const inFlight = new Set();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Make a scan of `pass`, as it will be sent: the same id and content however often. */
export function makeScan(offering, pass, { segment, direction }) {
  const scan = {
    id: crypto.randomUUID(),
    pass,
    direction,
    scanned_at: new Date().toISOString(),
    offering,
    kept_at: Date.now(),
  };
  if (segment) scan.segment = segment.number;
  if (clock.offsetMs() !== null) scan.offset_ms = clock.offsetMs();
  return scan;
}

async function attempt(pairing, scans) {
  const results = await postScans(pairing, scans);
  const answered = scans.filter((scan) => results.has(scan.id));
  if (answered.length) await store.forget(answered.map((scan) => scan.id)).catch(() => {});
  return results;
}

/**
 * Send one kept scan, trying again for about six seconds with the same id. Returns the server's result, or null if
 * none came: the scan then waits here. Throws UnpairedError.
 */
export async function send(pairing, scan) {
  const began = Date.now();
  inFlight.add(scan.id);
  try {
    for (const wait of RETRIES_MS) {
      await pause(wait);
      try {
        const result = (await attempt(pairing, [scan])).get(scan.id);
        if (result) return result;
      } catch (error) {
        if (error instanceof UnpairedError) throw error;
        const left = GIVE_UP_MS - (Date.now() - began);
        if (left < 0 || (error.retryAfter ?? 0) > left) return null;
        await pause(error.retryAfter ?? 0);
      }
    }
    return null;
  } finally {
    inFlight.delete(scan.id);
  }
}

let flushing = null;

/**
 * Send what waits, in batches. Returns the results that came; throws what stopped it. Only one runs at a time, and
 * scans that `send` is busy with are left to it.
 */
export function flush(pairing) {
  flushing ??= flushAll(pairing).finally(() => {
    flushing = null;
  });
  return flushing;
}

async function flushAll(pairing) {
  const results = [];
  let size = BATCH;
  let rest = (await store.waiting(pairing.offering)).filter((scan) => !inFlight.has(scan.id));
  while (rest.length) {
    try {
      const answers = await attempt(pairing, rest.slice(0, size));
      results.push(...answers.values());
      rest = rest.slice(size);
    } catch (error) {
      if (error.status !== 413 || size === 1) throw error;
      size = Math.ceil(size / 2);
    }
  }
  return results;
}

/** How many scans wait here. */
export const countWaiting = async (pairing) => (await store.waiting(pairing.offering)).length;
