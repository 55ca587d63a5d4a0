// The door page: wires the camera, the USB scanner and the keyboard to the scanner, and the scanner to the screen.

import { notKept, notTakenBack, summary, takenBack } from "./answers.js";
import { UnpairedError } from "./api.js";
import { closeUnknown, closeUnpaired } from "./closing.js";
import { openDoor } from "./door.js";
import { createEye } from "./eye.js";
import { createFace } from "./face.js";
import { createLock } from "./idle-lock.js";
import { listen } from "./keys.js";
import { createPanels } from "./panels.js";
import * as roster from "./roster.js";
import { createScanner } from "./scanning.js";
import * as screen from "./screen.js";
import * as seen from "./seen.js";
import { keepShell } from "./shell.js";
import { unlock } from "./sounds.js";
import { createSync } from "./syncing.js";
import { createUndo } from "./undo.js";

const EVERY_MS = 10000;
const ASK_FIRST_MS = 1500;

const find = (name) => document.querySelector(`[data-${name}]`);
const onClick = (name, act) => find(name).addEventListener("click", act);

const door = await openDoor();
const face = createFace(door);
let shown = null;

const isPanelOpen = () => Boolean(document.querySelector("dialog[open]"));

const scanner = createScanner(door, {
  isLeaving: face.isLeaving,
  isShut: () => lock.isLocked(),
  show(answer, { scan, isLatest, isNews }) {
    lock.use();
    if (undo.isDone(scan)) return;
    const time = scanner.time();
    screen.last(summary(answer, time));
    if (!isLatest) return;
    shown = answer;
    undo.offer(scan && answer.flood !== "no" && !door.isKiosk ? scan : null);
    if (isNews) screen.flood(answer, { time, count: door.countText }, door);
    else screen.settle(answer);
  },
  async done(error) {
    if (error instanceof UnpairedError) return unpair();
    if (!error) return renew();
    door.isReachable = false;
    await face.draw();
    if (navigator.onLine) level();
  },
});

const eye = createEye(door, { onText: (text) => isPanelOpen() || scanner.onCode(text) });

const lock = await createLock(find("locked"), {
  mayLock: () => !door.isKiosk,
  onChange(isLocked) {
    find("door").inert = isLocked;
    for (const panel of document.querySelectorAll("dialog[open]")) panel.close(); // they stand above everything
    if (isLocked) eye.close();
    else eye.open();
  },
});

const undo = createUndo(find("undo"), door, (scan, isKept) => {
  screen.dismiss();
  screen.last(isKept ? takenBack({ flood: shown?.flood, direction: scan.direction }) : notKept(scan));
  level();
});

const panels = createPanels(door, {
  onPass: (pass) => scanner.scan({ pass }, face.isLeaving() ? "out" : "in"),
  onCode: scanner.onCode,
  onName: (note) => scanner.scan({ note }, "in", note),
  onResult: scanner.showResult,
  lock: lock.canLock ? lock.lock : null,
  level: () => level(),
});

const sync = createSync(door, {
  onUnpaired: () => unpair(),
  async onResults(results) {
    await scanner.settle(results);
    screen.sent(results.filter((result) => !undo.isDone(result)));
  },
  onNotUndone: (undos) => screen.last(notTakenBack(undos, door.zone)),
});

function unpair() {
  const { pairing } = door;
  if (!pairing) return;
  door.pairing = null;
  eye.close();
  closeUnpaired(pairing, door.name);
}

/** Ask the server for this door, and draw. */
async function renew() {
  if (!door.pairing) return;
  await door.refresh().catch((error) => error instanceof UnpairedError && unpair());
  await face.draw();
}

/** Send what waits, ask what is new, and draw. */
async function level() {
  await sync.run();
  face.noteTry();
  await face.draw();
}

function wire() {
  listen(window, scanner.onCode);
  onClick("leaving", face.toggleLeaving);
  onClick("flood-next", screen.dismiss);
  onClick("flood-leave", () => scanner.scan({ pass: shown?.pass }, "out"));
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, unlock);
  addEventListener("keydown", (event) => event.key === "Escape" && screen.dismiss());
  addEventListener("online", level);
  addEventListener("offline", () => {
    door.isReachable = false;
    face.draw();
  });
  document.addEventListener("visibilitychange", () => document.hidden || level());
  setInterval(level, EVERY_MS);
}

if (door.pairing) {
  await Promise.allSettled([roster.load(door.pairing.offering), seen.prune()]);
  await face.draw();
  await lock.resume();
  // This device's clock may have been set since its offset was measured: ask before the first scan, but not for long.
  await Promise.race([level(), new Promise((resolve) => setTimeout(resolve, ASK_FIRST_MS))]);
  if (door.pairing) {
    wire();
    panels.wire();
    if (!lock.isLocked()) await eye.begin();
  }
  navigator.storage?.persist?.();
  find("door").dataset.ready = "";
} else {
  closeUnknown();
  find("door").dataset.ready = "";
}
keepShell(() => !isPanelOpen() && find("door").dataset.state === "idle").catch(() => {});
