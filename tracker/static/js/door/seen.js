// Whom this device has let in at which segment, by the roster's opaque ids: so that a second scan without a network
// is known to be one.

import * as store from "./store.js";

const KEPT_MS = 36 * 60 * 60 * 1000;

const keyOf = (id, segment) => `${id} ${segment}`;

/** The earlier scan of a pass at a segment: `{at, scan}`, or null. */
export const find = async (id, segment) => (segment ? ((await store.find("seen", keyOf(id, segment.number))) ?? null) : null);

/** Note a check-in: `at` by the server's clock, `scan` the id of the scan. */
export async function note(id, number, { at, scan, counts }) {
  await store.keep("seen", { key: keyOf(id, number), number, at, scan, counts, noted_at: Date.now() });
}

/** The numbers of the segments that this device has seen somebody complete. */
export async function listDone(id) {
  return (await store.list("seen", keyOf(id, ""))).filter((each) => each.counts).map((each) => each.number);
}

/** What a scan has noted, to be restored if taking it back fails. */
export async function listOf(scan) {
  const keys = await store.findKeys("seen", "scan", scan);
  return Promise.all(keys.map((key) => store.find("seen", key)));
}

/** Note again what was forgotten, unless there is a newer note. */
export async function restore(entries) {
  for (const entry of entries) if (!(await store.find("seen", entry.key))) await store.keep("seen", entry);
}

/** Forget what a scan has noted: it did not count, or was taken back. */
export async function forget(scan) {
  const keys = await store.findKeys("seen", "scan", scan);
  if (keys.length) await store.remove("seen", keys);
}

/** Forget what is of another day. */
export async function prune(now = Date.now()) {
  const old = (await store.list("seen")).filter((each) => Math.abs(now - each.noted_at) > KEPT_MS);
  if (old.length) await store.remove("seen", old.map((each) => each.key));
}
