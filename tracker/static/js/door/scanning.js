// One scan, from the code that was read to the answer on the screen.

import * as answers from "./answers.js";
import * as clock from "./clock.js";
import * as outbox from "./outbox.js";
import { read } from "./passes.js";
import * as store from "./store.js";

const REPEAT_MS = 2500;
const PATIENCE_MS = 2000;
const PATIENCE_OFFLINE_MS = 300;
const SHOWN = 60;

/**
 * A scanner for `door`.
 *
 * `show(answer, isLatest)` puts an answer on the screen, `done(error)` is called after each scan, with what went
 * wrong or nothing. `isLeaving()` says whether people go out now.
 */
export function createScanner(door, { show, done, isLeaving }) {
  let latest = 0;
  const seen = new Map();

  /** The same code is still in view, or was read twice; also where two codes are held up side by side. */
  function isRepeat(key) {
    const now = performance.now();
    for (const [other, at] of seen) if (now - at >= REPEAT_MS) seen.delete(other);
    const isKnown = seen.has(key);
    seen.set(key, now);
    return isKnown;
  }

  const patience = () => (navigator.onLine && door.isReachable ? PATIENCE_MS : PATIENCE_OFFLINE_MS);

  function context(scan, result) {
    const segment = door.byNumber(result.segment ?? scan.segment);
    return {
      segment,
      next: segment ?? door.next,
      direction: scan.direction,
      scannedAt: Date.parse(scan.scanned_at) + (scan.offset_ms ?? 0),
      zone: door.zone,
    };
  }

  async function run(turn, scan, foreign) {
    const isKept = await store.keep(scan).then(
      () => true,
      () => false,
    );
    let isShown = false;
    const showKept = () => {
      if (!isShown) show(isKept ? answers.keptAnswer() : answers.lostAnswer(), turn === latest);
      isShown = true;
    };
    const timer = isKept && setTimeout(showKept, patience());
    try {
      const result = await outbox.send(door.pairing, scan);
      if (!result) return showKept();
      const answer = answers.answerFor(result, context(scan, result));
      show({ ...answer, who: answer.who || foreign, pass: scan.pass }, turn === latest);
    } finally {
      clearTimeout(timer);
    }
  }

  function scan(pass, direction, foreign = "") {
    if (!door.pairing) return;
    latest += 1;
    const segment = direction === "out" ? door.leavable : door.open;
    const made = outbox.makeScan(door.pairing.offering, pass, { segment, direction });
    run(latest, made, foreign).then(() => done(), done);
  }

  return {
    /** A code that a camera or a USB scanner read. */
    onCode(text) {
      const { kind, text: code } = read(text);
      const direction = isLeaving() ? "out" : "in";
      if (!door.pairing || isRepeat(`${direction} ${code}`)) return;
      if (kind === "practice") {
        latest += 1;
        show(answers.practiceAnswer(), true);
      } else if (kind === "pass") {
        scan(code, direction);
      } else {
        // What a foreign code says is not ours to pass on: the attempt is recorded, the content stays here.
        scan("NOT-A-PASS", direction, code.slice(0, SHOWN));
      }
    },
    /** A pass that was typed, or is leaving. */
    scan,
    /** The time on the answer. */
    time: () => clock.timeOfDay(clock.now(), door.zone),
  };
}
