// The door page: wires the camera, the USB scanner and the keyboard to the scanner, and the scanner to the screen.

import { summary } from "./answers.js";
import { UnpairedError } from "./api.js";
import { createCamera, isAllowed } from "./camera.js";
import { openDoor } from "./door.js";
import { listen } from "./keys.js";
import { read } from "./passes.js";
import * as outbox from "./outbox.js";
import { createScanner } from "./scanning.js";
import * as screen from "./screen.js";
import { unlock } from "./sounds.js";
import { createTyping } from "./typing.js";

const EVERY_MS = 10000;

const find = (name) => document.querySelector(`[data-${name}]`);
const onClick = (name, act) => find(name).addEventListener("click", act);

const door = await openDoor();
let isLeaving = false;
let shownPass = null;

const scanner = createScanner(door, {
  isLeaving: () => isLeaving,
  show(answer, isLatest) {
    const time = scanner.time();
    screen.last(summary(answer, time));
    if (!isLatest) return;
    shownPass = answer.pass ?? null;
    screen.flood(answer, { time, count: door.countText });
  },
  done: (error) => (error instanceof UnpairedError ? unpair() : renew()),
});

const NO_CAMERA = "No camera. Use a USB scanner, or type the code.";

const camera = createCamera(find("video"), {
  onText: scanner.onCode,
  onLost: () => screen.eye(NO_CAMERA, { canStart: true }),
});
const openTyping = createTyping(find("typing"), (pass) =>
  read(pass).kind === "practice" ? scanner.onCode(pass) : scanner.scan(pass, isLeaving ? "out" : "in"),
);

async function unpair() {
  const { pairing } = door;
  if (!pairing) return;
  door.pairing = null;
  camera.stop();
  // What a revoked device still has is taken, and held for the desk.
  await outbox.flush(pairing).catch(() => {});
  const waiting = await outbox.countWaiting(pairing);
  screen.close("This device is no longer paired", "Ask the coordinator.", waiting);
}

/** Draw what the clock and the server say now. */
async function draw() {
  document.documentElement.dataset.stock = door.stock;
  screen.bar({ ...door.heading, count: door.count });
  const canLeave = Boolean(door.leavable);
  isLeaving &&= canLeave;
  screen.tool("leaving", canLeave);
  screen.press("leaving", isLeaving);
  const count = await outbox.countWaiting(door.pairing).catch(() => 0);
  screen.band(count, door.isReachable);
}

/** Ask the server for this door, and draw. */
async function renew() {
  if (!door.pairing) return;
  try {
    await door.refresh();
  } catch (error) {
    if (error instanceof UnpairedError) return unpair();
  }
  if (door.pairing) await draw();
}

/** Send what waits. */
async function flush() {
  if (!door.pairing) return;
  try {
    const results = await outbox.flush(door.pairing);
    if (results.length) screen.sent(results);
  } catch (error) {
    if (error instanceof UnpairedError) return unpair();
  }
  await renew();
}

async function startCamera() {
  unlock();
  screen.eye("Starting the camera");
  try {
    await camera.start();
  } catch {
    screen.eye(NO_CAMERA, { canStart: true });
    return;
  }
  screen.eye(null);
  screen.tool("light", camera.hasLight());
  screen.tool("flip", await camera.hasSeveral());
}

function wire() {
  listen(window, scanner.onCode);
  onClick("start", startCamera);
  onClick("type", openTyping);
  onClick("light", async () => screen.press("light", await camera.light()));
  onClick("flip", async () => {
    await camera.flip();
    screen.tool("light", camera.hasLight());
  });
  onClick("leaving", () => {
    isLeaving = !isLeaving;
    screen.press("leaving", isLeaving);
  });
  onClick("flood-next", screen.dismiss);
  onClick("flood-leave", () => scanner.scan(shownPass, "out"));
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, unlock);
  addEventListener("keydown", (event) => event.key === "Escape" && screen.dismiss());
  addEventListener("online", flush);
  addEventListener("offline", draw);
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  setInterval(flush, EVERY_MS);
}

if (door.pairing) {
  wire();
  screen.eye("Hold passes in front of the camera.", { canStart: true });
  navigator.storage?.persist?.();
  if (await isAllowed()) startCamera();
  await flush();
} else {
  screen.close("This device is not paired", "Scan the pairing code that the coordinator shows.", 0);
}
find("door").dataset.ready = "";
