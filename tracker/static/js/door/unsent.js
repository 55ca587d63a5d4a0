// What waits on this device: scans and undos, of the offering it is paired with and of those it was paired with before.

import * as store from "./store.js";

const plural = (count, one) => (count === 1 ? `1 ${one}` : `${count} ${one}s`);

/** A number of scans and undos in words: "3 scans", "1 undo", "3 scans and 1 undo"; "" for none. */
export function inWords({ scans, undos = 0 }) {
  return [scans && plural(scans, "scan"), undos && plural(undos, "undo")].filter(Boolean).join(" and ");
}

/** What waits, as it is kept: `{scans, undos, oldest}`, the moment of the oldest in milliseconds of this device. */
function gathered(scans, undos) {
  const moments = [...scans, ...undos].map((kept) => kept.kept_at);
  return { scans: scans.length, undos: undos.length, oldest: moments.length ? Math.min(...moments) : null };
}

async function read() {
  return Promise.all([store.list("outbox"), store.list("undos")]);
}

/** What waits for all offerings: `{scans, undos, oldest}`. */
export const count = async () => gathered(...(await read()));

/** What waits by offering, those with nothing left out: a map to `{scans, undos, oldest}`. */
export async function countByOffering() {
  const [scans, undos] = await read();
  const offerings = new Set([...scans, ...undos].map((kept) => kept.offering));
  const of = (kept, offering) => kept.filter((each) => each.offering === offering);
  return new Map([...offerings].map((offering) => [offering, gathered(of(scans, offering), of(undos, offering))]));
}

/** The pairings that this device holds a token of: the current one first. */
export async function listPairings(current) {
  const others = Object.entries((await store.get("tokens")) ?? {}).filter(([offering]) => offering !== current.offering);
  return [current, ...others.map(([offering, token]) => ({ offering, token }))];
}
