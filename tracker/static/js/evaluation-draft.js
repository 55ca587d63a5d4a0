// Keeps what is typed on this phone, on every tap and every letter, and says so.

import { load, save } from "./draft-store.js";
import { readFields, writeFields } from "./evaluation-fields.js";

const NOT_KEPT = "This browser keeps nothing. Send before you close the page.";

const clockTime = (moment) =>
  new Date(moment).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });

/** Connect a form to its draft; gives {restore, keep}. `words` says how it stands, `step()` where one is. */
export function connectDraft(form, words, step) {
  const key = form.dataset.draft;
  let writing = Promise.resolve();

  function say(moment) {
    words.textContent = `Saved on this phone, ${clockTime(moment)}`;
  }

  /** Bring back what was typed before a reload; gives the draft, if there is one. */
  async function restore() {
    const draft = await load(key).catch(() => undefined);
    if (!draft) return undefined;
    writeFields(form, draft.fields);
    say(draft.savedAt);
    return draft;
  }

  /** Keep the form as it is now; a slow disk never puts an older state last. */
  function keep() {
    const draft = { fields: readFields(form), savedAt: Date.now(), step: step() };
    writing = writing
      .then(() => save(key, draft))
      .then(
        () => say(draft.savedAt),
        () => (words.textContent = NOT_KEPT),
      );
    return writing;
  }

  return { restore, keep };
}
