// Taking the last scan back within a minute. The scan stays a fact, and so does this: it is kept and sent after it.

import { postUndos } from "./api.js";
import * as outbox from "./outbox.js";
import * as seen from "./seen.js";
import * as store from "./store.js";

const OFFERED_MS = 55000; // the server allows a minute
const KEPT_MS = 24 * 60 * 60 * 1000;
const BATCH = 100;
const NOT_THERE = 404;

/** Keep an undo of a scan until it is acknowledged. */
async function keep(offering, scan) {
  const undo = { id: crypto.randomUUID(), scan: scan.id, made_at: new Date().toISOString() };
  await store.keep("undos", { ...undo, offering, kept_at: Date.now() });
  await seen.forget(scan.id).catch(() => {});
}

/** Whether a scan was taken back here, and the server does not know it yet. */
export const isTakenBack = async (scan) => (await store.list("undos")).some((undo) => undo.scan === scan);

/** Send the undos whose scans are sent; returns how many were taken. Throws what stopped it. */
export async function flush(pairing) {
  const waiting = new Set((await outbox.waiting(pairing.offering)).map(({ id }) => id));
  const ready = (await store.list("undos")).filter((undo) => undo.offering === pairing.offering && !waiting.has(undo.scan));
  if (!ready.length) return 0;
  const sent = ready.slice(0, BATCH).map(({ id, scan, made_at }) => ({ id, scan, made_at }));
  const results = await postUndos(pairing, sent).catch((error) => {
    if (error.status === NOT_THERE) return new Map();
    throw error;
  });
  const isOver = ({ id, kept_at }) =>
    results.has(id) && (results.get(id).outcome !== "unknown_scan" || Date.now() - kept_at > KEPT_MS);
  const over = ready.filter(isOver).map(({ id }) => id);
  if (over.length) await store.remove("undos", over);
  return over.length;
}

/** Wire the button. Returns `offer(scan)`, which shows it for a minute, and hides it for null. */
export function createUndo(button, door, onUndone) {
  let offered = null;
  let timer;

  function offer(scan) {
    clearTimeout(timer);
    offered = scan;
    button.hidden = !scan;
    if (scan) timer = setTimeout(offer, OFFERED_MS, null);
  }

  button.addEventListener("click", async () => {
    const scan = offered;
    offer(null);
    if (!scan || !door.pairing) return;
    const isKept = await keep(door.pairing.offering, scan).then(
      () => true,
      () => false,
    );
    onUndone(isKept);
  });
  return offer;
}
