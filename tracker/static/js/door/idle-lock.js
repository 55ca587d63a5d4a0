// Locks the screen after ten minutes without a scan or a touch. What waits is still sent.

import * as store from "./store.js";
import { fits, waitAfter } from "./unlock-code.js";

const IDLE_MS = 10 * 60 * 1000;
const NOTED_EVERY_MS = 60 * 1000;
const LOOK_EVERY_MS = 5000;

/** The words under the field. */
const wrong = (ms) => (ms ? `That is not the code. Wait ${Math.ceil(ms / 1000)} seconds.` : "That is not the code.");

/**
 * Wire the lock's `panel`. `onChange(isLocked)` is called when it locks and unlocks, `mayLock()` says whether it may.
 * Returns `{use, lock, resume, isLocked}`: call `use` at each scan. Without a code from the pairing it never locks.
 */
export async function createLock(panel, { onChange, mayLock, idleMs = IDLE_MS }) {
  const kept = await store.get("unlock");
  const form = panel.querySelector("form");
  const input = panel.querySelector("input");
  const button = panel.querySelector("button");
  const error = panel.querySelector("[data-unlock-error]");
  let isLocked = false;
  let usedAt = performance.now();
  let notedAt = -Infinity;
  let isBusy = false;

  function use() {
    usedAt = performance.now();
    if (isLocked || usedAt - notedAt < NOTED_EVERY_MS) return;
    notedAt = usedAt;
    store.set({ used_at: Date.now() }).catch(() => {});
  }

  function turn(locked) {
    isLocked = locked;
    panel.hidden = !locked;
    if (locked) input.focus();
    onChange(locked);
  }

  async function lock() {
    if (!kept || isLocked || !mayLock()) return;
    turn(true);
    await store.set({ locked: true });
  }

  async function unlock() {
    await store.set({ locked: false, wrong: 0, used_at: Date.now() });
    error.hidden = true;
    turn(false);
    use();
  }

  async function refuse(tries) {
    const ms = waitAfter(tries);
    error.textContent = wrong(ms);
    error.hidden = false;
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  async function attempt() {
    const typed = input.value;
    input.value = "";
    if (await fits(typed, kept)) return unlock();
    // Noted before the wait, so that loading the page again does not shorten it.
    const tries = ((await store.get("wrong")) ?? 0) + 1;
    await store.set({ wrong: tries });
    await refuse(tries);
  }

  async function whileBusy(act) {
    isBusy = true;
    button.disabled = input.readOnly = true;
    try {
      await act();
    } finally {
      isBusy = button.disabled = input.readOnly = false;
      if (isLocked) input.focus();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isBusy && input.value) whileBusy(attempt);
  });
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, use);
  setInterval(() => performance.now() - usedAt > idleMs && lock(), LOOK_EVERY_MS);

  /** Lock at once where it was locked, or nobody used it for long, when the page was last open. */
  async function resume() {
    const [was, at, tries] = await Promise.all([store.get("locked"), store.get("used_at"), store.get("wrong")]);
    if (kept && (was || (at && Math.abs(Date.now() - at) > idleMs))) await lock();
    else use();
    if (isLocked && waitAfter(tries ?? 0)) whileBusy(() => refuse(tries));
  }

  return { use, lock, resume, canLock: Boolean(kept), isLocked: () => isLocked };
}
