// Keeps an application: on this device at once, on the server a moment later. Only
// the server's own word counts as saved; until then the device keeps it, through a
// reload and without a network. A form without an address to save at (it was sent
// before) is kept on the device only, until it is sent again.

import { load, remove, save } from "./draft-store.js";
import { readFields, writeFields } from "./evaluation-fields.js";
import { saveDraft } from "./application-save.js";

const PAUSE_MS = 900;
const RETRY_MS = 15_000;
const PASSING = new Set(["uid", "csrf_token"]);
const KEPT = "It is kept on this device.";
const WORDS = {
  offline: `Not saved yet: there is no network. ${KEPT}`,
  busy: `Not saved yet: the server is busy. ${KEPT}`,
};

/** Give what a form says, without what is random on each page. */
const said = (form) => readFields(form).filter(([name]) => !PASSING.has(name));

/** Say whether something was typed before this script was there. */
function isTypedIn(form) {
  return [...form.elements].some((control) => {
    if (control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.type === "select-one") return !control.selectedOptions[0]?.defaultSelected && control.selectedIndex > 0;
    return "defaultValue" in control && control.value !== control.defaultValue;
  });
}

/** Connect a form to its draft; `words` says how it stands, `other` offers what was typed over an older text. */
export async function connectDraft(form, { words, other, onRestored }) {
  const { draft: key, save: address, token: tokenAddress, signIn } = form.dataset;
  const tab = crypto.randomUUID();
  let { version } = form.dataset;
  let changes = 0;
  let timer;
  let writing = Promise.resolve();
  let saving = Promise.resolve();

  function say(text, link) {
    words.textContent = text;
    if (link) words.append(" ", Object.assign(document.createElement("a"), { href: link, textContent: "Sign in" }));
  }

  function keep() {
    const draft = { fields: said(form), version };
    writing = writing.then(() => save(key, draft)).catch(() => {}); // no storage: the server keeps it
    return writing;
  }

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(saveNow, pause);
  }

  /** Save one after the other, so that an older text never comes last. */
  function saveNow() {
    clearTimeout(timer);
    saving = saving.then(saveOnce);
    return saving;
  }

  async function saveOnce() {
    const before = changes;
    const fields = Object.fromEntries(said(form));
    settle(await saveDraft({ fields, tab, version }, { address, tokenAddress }), before);
  }

  async function settle({ state, version: newVersion, message }, before) {
    if (state === "saved") {
      version = newVersion;
      if (before !== changes) return; // more was typed meanwhile; its turn comes
      say("Saved. Nothing is sent yet.");
      writing = writing.then(() => remove(key)).catch(() => {});
    } else if (state === "offline" || state === "busy") {
      say(WORDS[state]);
      later(RETRY_MS);
    } else if (state === "signed-out") {
      say(`Not saved: your sign-in has ended. ${KEPT}`, signIn);
    } else {
      say(`Not saved. ${message}`);
    }
  }

  function changed() {
    changes += 1;
    keep().then(() => address || say(`${KEPT} Nothing is changed until you send it.`));
    if (!address) return;
    say("Not saved yet.");
    later(PAUSE_MS);
  }

  function restore(fields) {
    for (const box of form.querySelectorAll(":checked")) if (box.type === "radio") box.checked = false;
    writeFields(form, fields);
    onRestored();
    changed();
  }

  /** Offer what was typed here over a text that has been changed elsewhere since. */
  function offer(fields) {
    other.hidden = false;
    other.querySelector("[data-use]").addEventListener("click", () => {
      other.hidden = true;
      restore(fields);
    });
    other.querySelector("[data-drop]").addEventListener("click", () => {
      other.hidden = true;
      remove(key).catch(() => {});
    });
  }

  form.addEventListener("input", changed);
  addEventListener("online", () => address && changes && saveNow());

  const isAnswerOfServer = form.querySelector("[aria-invalid]") !== null;
  const kept = isAnswerOfServer ? undefined : await load(key).catch(() => undefined);
  if (isAnswerOfServer || (!kept && isTypedIn(form))) changed();
  else if (kept && JSON.stringify(kept.fields) !== JSON.stringify(said(form))) {
    if (kept.version === version) restore(kept.fields);
    else offer(kept.fields);
  }
}
