// Typing a signed sheet in from the keyboard: a number and Enter marks its row. The page works without this: boxes are
// ticked, and numbers left in the field are read by the server.

import { readNumbers } from "./row-numbers.js";

const form = document.querySelector("[data-typing]");
const field = form.querySelector("input[name='numbers']");
const said = form.querySelector("[data-typing-said]");
const list = form.querySelector("[data-typing-list]");
const button = form.querySelector("button[type='submit']");
const last = Number(form.dataset.last);

function boxOf(number) {
  return form.querySelector(`#row-${number}`);
}

function nameOf(box) {
  return box.labels[0].textContent;
}

/** Mark or unmark rows; return what is to be said of the last one, or why one cannot be. */
function set(numbers, isMarked) {
  const sentences = [];
  for (const number of numbers) {
    const box = boxOf(number);
    if (box) {
      box.checked = isMarked;
      sentences.push(`${number} ${isMarked ? "marked" : "unmarked"}: ${nameOf(box)}`);
    } else {
      sentences.push(`${number}: ${form.querySelector(`[data-row='${number}']`).dataset.why}`);
    }
  }
  return sentences;
}

function enter() {
  if (!field.value.trim()) {
    button.focus();
    return;
  }
  const { marked, unmarked, problem } = readNumbers(field.value, last);
  if (problem) {
    said.textContent = problem;
    field.select();
    return;
  }
  said.textContent = [...set(marked, true), ...set(unmarked, false)].join(". ");
  field.value = "";
  show();
}

/** Show the marked rows as a list, the newest reading of the boxes. */
function show() {
  const boxes = [...form.querySelectorAll("input[name='rows']:checked")];
  list.hidden = boxes.length === 0;
  list.replaceChildren(
    ...boxes.map((box) => {
      const item = document.createElement("li");
      item.value = Number(box.value);
      item.textContent = nameOf(box);
      return item;
    }),
  );
  const rows = boxes.length === 1 ? "1 row" : `${boxes.length} rows`;
  button.querySelector("[data-typing-button]").textContent = boxes.length ? `Check in ${rows}` : "Check in the marked rows";
}

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  enter();
});
form.addEventListener("change", show);
form.querySelector("[data-typing-help]").hidden = false;
field.focus();
show();
