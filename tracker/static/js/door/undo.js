// Taking the last scan back within a minute. The scan stays a fact, and so does this: it is kept and sent after it.

import { postUndos } from "./api.js";
import * as outbox from "./outbox.js";
import * as seen from "./seen.js";
import * as store from "./store.js";

const OFFERED_MS = 55000; // the server allows a minute
const KEPT_MS = 24 * 60 * 60 * 1000;
const BATCH = 100;
const NOT_THERE = 404;

/** For how much longer a scan may be taken back, in milliseconds by the clock that made it; 0 where no more. */
export function timeLeft(scan, now = Date.now()) {
  const age = now - Date.parse(scan.scanned_at);
  return Math.abs(age) < OFFERED_MS ? Math.min(OFFERED_MS - age, OFFERED_MS) : 0;
}

/** Keep an undo of a scan until it is acknowledged, with what the scan had noted: it may be refused. */
export async function keep(offering, scan) {
  const undo = { id: crypto.randomUUID(), scan: scan.id, made_at: new Date().toISOString() };
  const noted = await seen.listOf(scan.id).catch(() => []);
  await store.keep("undos", { ...undo, offering, noted, kept_at: Date.now() });
  await seen.forget(scan.id).catch(() => {});
}

/** Whether a scan was taken back here, and the server does not know it yet. */
export const isTakenBack = async (scan) => (await store.list("undos")).some((undo) => undo.scan === scan);

/** An undo as it is sent. */
const asSent = ({ id, scan, made_at }) => ({ id, scan, made_at });

/** The undos that wait for an offering, as they will be sent. */
export const listWaiting = async (offering) =>
  (await store.list("undos")).filter((undo) => undo.offering === offering).map(asSent);

/** What the server's answer to an undo means: "done", "refused", or "waiting" as long as it may change. */
function meaning({ outcome } = {}, { kept_at: keptAt }) {
  if (outcome === "undone") return "done";
  if (outcome === undefined) return "waiting";
  return outcome === "unknown_scan" && Date.now() - keptAt <= KEPT_MS ? "waiting" : "refused";
}

/** Send the undos whose scans are sent. Resolves to those that were refused: `{scan, made_at}`. Throws what stopped it. */
export async function flush(pairing) {
  const waiting = new Set((await outbox.waiting(pairing.offering)).map(({ id }) => id));
  const ready = (await store.list("undos")).filter((undo) => undo.offering === pairing.offering && !waiting.has(undo.scan));
  if (!ready.length) return [];
  const sent = ready.slice(0, BATCH).map(asSent);
  const results = await postUndos(pairing, sent).catch((error) => {
    if (error.status === NOT_THERE) return new Map();
    throw error;
  });
  const those = (wanted) => ready.filter((undo) => meaning(results.get(undo.id), undo) === wanted);
  const refused = those("refused");
  for (const { noted } of refused) await seen.restore(noted ?? []).catch(() => {});
  const over = [...those("done"), ...refused];
  if (over.length) await store.remove("undos", over.map(({ id }) => id));
  return refused;
}

/**
 * Wire the button. Returns `offer(scan)`, which shows it until the scan's minute is over, and hides it for null, and
 * `isDone(scan)`: whether it was taken back since this page was opened. `onUndone(scan, isKept)` is called once it is
 * on the disk, or cannot be. A check-in by hand has a `takeBack()` of its own, which asks the server.
 */
export function createUndo(button, door, onUndone) {
  const done = new Set();
  let offered = null;
  let timer;

  function offer(scan) {
    clearTimeout(timer);
    const left = scan ? timeLeft(scan) : 0;
    offered = left ? scan : null;
    button.hidden = !offered;
    if (offered) timer = setTimeout(offer, left, null);
  }

  button.addEventListener("click", async () => {
    const scan = offered;
    offer(null);
    if (!scan || !door.pairing || !timeLeft(scan)) return; // a phone that slept has not hidden it
    const taken = scan.takeBack ? scan.takeBack() : keep(door.pairing.offering, scan);
    const isKept = await taken.then(
      () => true,
      () => false,
    );
    if (isKept) done.add(scan.id);
    onUndone(scan, isKept);
  });
  return { offer, isDone: (scan) => Boolean(scan) && done.has(scan.id) };
}
