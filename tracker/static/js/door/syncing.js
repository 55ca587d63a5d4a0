// Keeps this device and the server level: sends what waits, asks what is new, says how the device is.

import { postState, UnpairedError } from "./api.js";
import { batteryPercent } from "./battery.js";
import * as outbox from "./outbox.js";
import * as roster from "./roster.js";
import * as undo from "./undo.js";
import * as unsent from "./unsent.js";

const STATE_EVERY_MS = 60000;

/**
 * Send what waits for offerings that this device was paired with before, each with its own token. Resolves to the
 * undos that were refused. What cannot be sent stays, and the band says so: it must not stop this offering's.
 */
export async function sendFormer(pairing) {
  const [, ...former] = await unsent.listPairings(pairing);
  const refused = [];
  for (const other of former) {
    const sent = outbox.flush(other).then(() => undo.flush(other));
    refused.push(...(await sent.catch(() => [])));
  }
  return refused;
}

/**
 * `run()` does all of it once; calls while it runs share it. `onResults(results)` gets the answers to scans that had
 * waited, `onNotUndone(undos)` those that were refused, `onUnpaired()` is called where the server knows this device no
 * longer.
 */
export function createSync(door, { onResults, onNotUndone, onUnpaired }) {
  const told = new Set();
  let running = null;
  let notBefore = 0;
  let stateAt = -Infinity;

  /** Tell each offering what waits for it here: this one always, another as long as something does, and once more. */
  async function tellStates() {
    stateAt = performance.now();
    const [counts, battery, pairings] = await Promise.all([
      unsent.countByOffering(),
      batteryPercent(),
      unsent.listPairings(door.pairing),
    ]);
    for (const pairing of pairings) {
      const { scans = 0, undos = 0, oldest = null } = counts.get(pairing.offering) ?? {};
      if (pairing !== pairings[0] && !oldest && !told.delete(pairing.offering)) continue;
      if (oldest) told.add(pairing.offering);
      const since = oldest === null ? null : new Date(oldest).toISOString();
      const state = { battery_percent: battery, unsent_count: scans + undos, oldest_unsent_at: since };
      await postState(pairing, state).catch(() => {}); // an older server does not ask for it
    }
  }

  async function send() {
    const results = await outbox.flush(door.pairing);
    if (results.length) await onResults(results);
    const refused = await undo.flush(door.pairing);
    const all = [...refused, ...(await sendFormer(door.pairing))];
    if (all.length) onNotUndone(all);
    return results.length;
  }

  async function level() {
    const count = await send();
    await door.refresh();
    await roster.refresh(door.pairing).catch((error) => {
      if (error instanceof UnpairedError) throw error; // an old roster is better than none
    });
    const waiting = await outbox.waiting(door.pairing.offering);
    if (!waiting.length) await door.noteSync();
    if (count || performance.now() - stateAt >= STATE_EVERY_MS) await tellStates();
  }

  async function once() {
    if (!door.pairing || performance.now() < notBefore) return;
    try {
      await level();
    } catch (error) {
      if (error instanceof UnpairedError) return onUnpaired();
      door.isReachable = false;
      notBefore = performance.now() + (error.retryAfter ?? 0);
    }
  }

  return {
    run() {
      running ??= once().finally(() => {
        running = null;
      });
      return running;
    },
  };
}
