// A long form in steps: one section at a time, with Back and Next. Without this, or
// with one section only, it is one long page.

import { findProblems } from "./evaluation-fields.js";

/**
 * Cut a form into its steps; gives {show, showStepOf, current}.
 *
 * `onGaps(problems)` names what a step still asks: once, because it can be answered
 * later; a second tap on Next goes on. `onMove()` follows every move.
 */
export function connectSteps(form, { onGaps, onMove }) {
  const steps = [...form.querySelectorAll("[data-step]")];
  const nav = form.querySelector("[data-steps]");
  if (!nav) return { show() {}, showStepOf() {}, current: () => 0 };
  const [back, next] = [nav.querySelector("[data-back]"), nav.querySelector("[data-next]")];
  const words = nav.querySelector("[data-step-words]");
  let at = 0;
  let isTold = false;

  function show(wanted) {
    at = Math.min(Math.max(wanted, 0), steps.length - 1);
    isTold = false;
    steps.forEach((step, number) => (step.hidden = number !== at));
    back.hidden = at === 0;
    next.hidden = at === steps.length - 1;
    words.textContent = `Step ${at + 1} of ${steps.length}`;
  }

  function move(by) {
    show(at + by);
    onMove();
    const heading = steps[at].querySelector("h2");
    heading.focus({ preventScroll: true });
    form.scrollIntoView({ block: "start" });
  }

  back.addEventListener("click", () => move(-1));
  next.addEventListener("click", () => {
    const problems = isTold ? [] : findProblems(steps[at]);
    if (problems.length === 0) {
      move(1);
      return;
    }
    isTold = true;
    onGaps(problems);
  });
  nav.hidden = false;
  show(0);
  return {
    show,
    showStepOf: (element) => {
      const number = steps.findIndex((step) => step.contains(element));
      if (number >= 0 && number !== at) show(number);
    },
    current: () => at,
  };
}
