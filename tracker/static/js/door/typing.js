// The dialog for a code that is typed from a badge.

import { fromTyping } from "./passes.js";

/** Wire `dialog`; `onPass` gets a pass whose check symbol fits. Returns a function that opens it. */
export function createTyping(dialog, onPass) {
  const form = dialog.querySelector("form");
  const input = dialog.querySelector("input");
  const error = dialog.querySelector("[data-type-error]");

  function complain(problem) {
    error.textContent = problem;
    error.hidden = !problem;
    if (problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { pass, problem } = fromTyping(input.value);
    complain(problem ?? "");
    if (!pass) return input.focus();
    dialog.close();
    onPass(pass);
  });
  dialog.querySelector("[data-type-cancel]").addEventListener("click", () => dialog.close());

  return () => {
    input.value = "";
    complain("");
    dialog.showModal();
  };
}
