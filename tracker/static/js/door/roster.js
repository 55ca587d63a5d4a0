// The sealed roster on this device: one record per pass, which only that pass opens. No name is ever written here.

import { getRoster } from "./api.js";
import { deriveRecordKey, openRecord } from "./roster-keys.js";
import * as store from "./store.js";

const EVERY_MS = 60000;
const EVERY_MS_PER_PASS = 150; // of two thousand passes it is asked every five minutes

let etag = null;
let records = new Map();
let askedAt = -Infinity;

function take(roster) {
  etag = roster.etag;
  records = new Map(roster.records.map((record) => [record.id, record]));
}

/** Take the roster that this device has kept. */
export async function load(offering) {
  const kept = await store.get("roster");
  if (kept?.offering === offering) take(kept);
}

/** Ask whether there is a newer roster, at most once a minute, of many passes less often; keeps it. */
export async function refresh(pairing) {
  if (performance.now() - askedAt < Math.max(EVERY_MS, EVERY_MS_PER_PASS * records.size)) return;
  const fresh = await getRoster(pairing, etag);
  askedAt = performance.now();
  if (!fresh) return;
  take(fresh);
  await store.set({ roster: { offering: pairing.offering, ...fresh } });
}

/** How many passes it knows. */
export const size = () => records.size;

/** The id of a pass in the roster, which says nothing without it, and its record: null where there is none. */
export async function look(pass) {
  const found = await deriveRecordKey(pass);
  const sealed = records.get(found.id);
  const record = sealed ? await openRecord(found, sealed).catch(() => null) : null;
  return { id: found.id, record };
}
