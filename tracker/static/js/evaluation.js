// The evaluation on a phone: drafted here, checked before sending, sent once. The
// page works without this; with it nothing that was typed is lost.

import { remove } from "./draft-store.js";
import { connectDraft } from "./evaluation-draft.js";
import { countMissing, findProblems, isAbsent, lengthOf, readFields } from "./evaluation-fields.js";
import { clearProblems, follow, showProblems, unmark } from "./evaluation-problems.js";
import { send } from "./evaluation-send.js";
import { connectSteps } from "./evaluation-steps.js";

const RETRY_MS = 20_000;
const LATER = "This step is not complete. You can answer now, or tap Next again and come back later.";
const NOTHING_SENT = "Nothing was sent. What you typed is still here.";
const form = document.getElementById("evaluation");
const summary = document.getElementById("problems");
const button = form.querySelector("[data-send]");
const notice = form.querySelector("[data-sending]");
const draft = connectDraft(form, form.querySelector("[data-draft-words]"), () => steps.current());
const steps = connectSteps(form, {
  onGaps: (problems) => showProblems(summary, problems, LATER),
  onMove: () => {
    clearProblems(document);
    draft.keep();
  },
});
let isSending = false;
let retry;

function showProgress() {
  const parts = [...form.querySelectorAll("[data-part]")];
  let done = 0;
  for (const part of parts) {
    const missing = countMissing(part);
    if (missing === 0) done += 1;
    const state = part.querySelector("[data-part-state]");
    if (!state) continue;
    state.hidden = false;
    state.className = missing === 0 ? "chip chip--ok" : "chip";
    state.textContent = isAbsent(part) ? "Not there" : missing === 0 ? "Done" : `${missing} to answer`;
  }
  const progress = form.querySelector("progress");
  progress.max = Math.max(parts.length, 1);
  progress.value = done;
  form.querySelector("[data-count]").textContent = `${done} of ${parts.length}`;
}

function showLength(control) {
  const words = document.getElementById(`${control.name}-count`);
  const [length, limit] = [lengthOf(control.value), Number(control.dataset.limit)];
  words.textContent = `${length.toLocaleString("en")} of ${limit.toLocaleString("en")} characters`;
}

function say(text, link) {
  notice.hidden = !text;
  notice.textContent = text ?? "";
  if (link) notice.append(" ", link);
  if (text) notice.scrollIntoView({ block: "center" });
}

function setBusy(isBusy, label) {
  isSending = isBusy;
  button.setAttribute("aria-disabled", String(isBusy));
  button.textContent = label;
}

async function sendNow() {
  if (isSending) return;
  clearTimeout(retry);
  retry = undefined;
  clearProblems(document);
  const problems = findProblems(form);
  if (problems.length > 0) {
    showProblems(summary, problems, NOTHING_SENT);
    return;
  }
  setBusy(true, "Sending…");
  await draft.keep();
  const addresses = { address: form.action, tokenAddress: form.dataset.token };
  await settle(await send(readFields(form), addresses));
}

async function settle({ state, message, errors }) {
  if (state === "received") {
    await remove(form.dataset.draft).catch(() => {});
    location.replace(form.action);
    return;
  }
  setBusy(false, "Send again");
  if (state === "offline" || state === "busy") {
    const why = state === "busy" ? "The server is busy." : "There is no network.";
    say(`Not sent yet. ${why} Everything is kept on this phone and is sent as soon as possible, or when you tap.`);
    retry = setTimeout(sendNow, RETRY_MS);
  } else if (state === "signed-out") {
    const link = Object.assign(document.createElement("a"), { href: form.dataset.signIn, textContent: "Sign in" });
    say("Not sent: your sign-in has ended. What you typed stays on this phone.", link);
  } else {
    refused(message, errors);
  }
}

function refused(message, errors) {
  if (errors.length === 0) {
    say(`Not sent. ${message}`);
    return;
  }
  const problems = errors.map(({ field, sentence }) => {
    const question = document.getElementById(field)?.closest(".question");
    const title = question?.querySelector("legend, label").firstChild.textContent.trim() ?? "This page is out of date";
    return { question, field, title, sentence };
  });
  say();
  showProblems(summary, problems, NOTHING_SENT);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (button) sendNow();
});
form.addEventListener("input", (event) => {
  draft.keep();
  const question = event.target.closest(".question");
  if (question) unmark(question);
  if (event.target.dataset.limit) showLength(event.target);
  showProgress();
});
summary.addEventListener("click", (event) => follow(event, steps.showStepOf));
addEventListener("online", () => {
  if (retry) sendNow();
});

const isAnswerOfServer = !summary.hidden;
if (isAnswerOfServer) {
  summary.focus();
  steps.showStepOf(form.querySelector(".question--missing"));
  await draft.keep();
} else {
  steps.show((await draft.restore())?.step ?? 0);
}
form.querySelector("[data-bar]").hidden = false;
form.querySelectorAll("[data-limit]").forEach(showLength);
showProgress();
