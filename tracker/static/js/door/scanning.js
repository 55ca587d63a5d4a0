// One scan, from the code that was read to the answer on the screen.

import * as answers from "./answers.js";
import { UnreachableError } from "./api.js";
import * as clock from "./clock.js";
import { foresee, learn, settle } from "./foresight.js";
import * as outbox from "./outbox.js";
import { read } from "./passes.js";

const REPEAT_MS = 2500;
const PATIENCE_MS = 700;
const SHOWN = 60;

/**
 * A scanner for `door`.
 *
 * `show(answer, {scan, isLatest, isNews})` puts an answer on the screen; not news is what only settles the answer
 * that is there. `done(error)` is called after each scan, with what went wrong or nothing. `isLeaving()` says whether
 * people go out now, `isShut()` whether nothing may be scanned.
 */
export function createScanner(door, { show, done, isLeaving, isShut }) {
  const seen = new Map();
  let latest = null;

  /** The same code is still in view, or was read twice; also where two codes are held up side by side. */
  function isRepeat(key) {
    const now = performance.now();
    for (const [other, at] of seen) if (now - at >= REPEAT_MS) seen.delete(other);
    const isKnown = seen.has(key);
    seen.set(key, now);
    return isKnown;
  }

  function context(scan, result) {
    const segment = door.byNumber(result.segment ?? scan.segment);
    const { isKiosk } = door;
    const scannedAt = Date.parse(scan.scanned_at) + (scan.offset_ms ?? 0);
    return { segment, next: segment ?? door.next, direction: scan.direction, scannedAt, zone: door.zone, isKiosk };
  }

  const worded = (run, result) => {
    const answer = answers.answerFor(result, context(run.scan, result));
    return { ...answer, who: answer.who || run.foreign, pass: run.scan.pass };
  };

  function put(run, answer) {
    const isNews = !run.shown || !answers.areAlike(run.shown, answer);
    run.shown = answer;
    show(answer, { scan: run.scan, isLatest: run === latest, isNews });
  }

  /** The answer that this device can give by itself. */
  function own(run, foreseen) {
    const answer = foreseen.result ? worded(run, foreseen.result) : answers.keptAnswer();
    return { ...answer, pass: run.scan.pass, band: answers.NOT_SENT };
  }

  async function go(run) {
    const [kept, foreseen] = await Promise.all([
      outbox.keep(door.pairing.offering, run.scan).then(
        () => true,
        () => false,
      ),
      foresee(door, run.scan).catch(() => ({ id: null, result: null })),
    ]);
    run.foreseen = foreseen;
    run.learnt = kept && learn(foreseen, run.scan).catch(() => {}); // nobody waits for it
    const putOwn = () => run.shown || put(run, kept ? own(run, foreseen) : answers.lostAnswer());
    if (kept && !door.isReachable) {
      putOwn();
      throw new UnreachableError("It was not there before."); // what waits is sent all together
    }
    const timer = kept && setTimeout(putOwn, PATIENCE_MS);
    try {
      const result = await outbox.send(door.pairing, run.scan);
      if (!result) {
        putOwn();
        throw new UnreachableError("No answer came.");
      }
      await take(run, result);
    } finally {
      clearTimeout(timer);
    }
  }

  async function take(run, result) {
    put(run, worded(run, result));
    await run.learnt;
    await settle(run.foreseen, run.scan, result).catch(() => {});
  }

  function scan(what, direction, foreign = "") {
    if (!door.pairing || isShut()) return;
    const segment = direction === "out" ? door.leavable : door.open;
    latest = { scan: outbox.makeScan(what, { segment, direction }), foreign, shown: null, foreseen: null };
    go(latest).then(() => done(), done);
  }

  return {
    /** A code that a camera or a USB scanner read. */
    onCode(text) {
      const { kind, text: code } = read(text);
      const direction = isLeaving() ? "out" : "in";
      if (!door.pairing || isShut() || isRepeat(`${direction} ${code}`)) return;
      if (kind === "practice") {
        latest = { scan: null };
        show(answers.practiceAnswer(), { scan: null, isLatest: true, isNews: true });
      } else if (kind === "pass") {
        scan({ pass: code }, direction);
      } else {
        // What a foreign code says is not ours to pass on: the attempt is recorded, the content stays here.
        scan({ pass: "NOT-A-PASS" }, direction, code.slice(0, SHOWN));
      }
    },
    /** A pass that was typed or is leaving, or a name that was written. */
    scan,
    /** The answer to somebody who was checked in by hand, which `takeBack()` undoes where it counts. */
    showResult(result, takeBack) {
      const scan = { id: result.id, direction: "in", scanned_at: new Date().toISOString(), segment: result.segment };
      const made = result.outcome === "accepted" ? { ...scan, takeBack } : null;
      latest = { scan: null };
      show(answers.answerFor(result, context(scan, result)), { scan: made, isLatest: true, isNews: true });
      done();
    },
    /** Results of scans that had waited: one may be of the answer that is still on the screen. */
    async settle(results) {
      for (const result of results) {
        if (latest?.scan?.id === result.id) await take(latest, result);
        else await settle(null, { id: result.id }, result).catch(() => {});
      }
    },
    /** The time on the answer. */
    time: () => clock.timeOfDay(clock.now(), door.zone),
  };
}
