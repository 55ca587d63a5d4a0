// Keeps this device and the server level: sends what waits, asks what is new, says how the device is.

import { postState, UnpairedError } from "./api.js";
import { batteryPercent } from "./battery.js";
import * as outbox from "./outbox.js";
import * as roster from "./roster.js";
import * as store from "./store.js";
import * as undo from "./undo.js";

const STATE_EVERY_MS = 60000;

/**
 * `run()` does all of it once; calls while it runs share it. `onResults(results)` gets the answers to scans that had
 * waited, `onNotUndone(undos)` those that were refused, `onUnpaired()` is called where the server knows this device no
 * longer.
 */
export function createSync(door, { onResults, onNotUndone, onUnpaired }) {
  let running = null;
  let notBefore = 0;
  let stateAt = -Infinity;

  async function tellState(waiting) {
    stateAt = performance.now();
    const oldest = waiting.length ? waiting[0].scanned_at : null;
    const state = { battery_percent: await batteryPercent(), unsent_count: waiting.length, oldest_unsent_at: oldest };
    await postState(door.pairing, state).catch(() => {}); // an older server does not ask for it
  }

  /** What waits for an offering that this device was paired with before goes with that pairing's token. */
  async function sendFormer() {
    for (const [offering, token] of Object.entries((await store.get("tokens")) ?? {})) {
      if (offering !== door.pairing.offering) await outbox.flush({ offering, token }).catch(() => {});
    }
  }

  async function send() {
    const results = await outbox.flush(door.pairing);
    if (results.length) await onResults(results);
    const refused = await undo.flush(door.pairing);
    if (refused.length) onNotUndone(refused);
    await sendFormer();
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
    if (count || performance.now() - stateAt >= STATE_EVERY_MS) await tellState(waiting);
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
