// An application on a phone: what is typed is saved as it is typed. The page works
// without this, by its second button.

import { connectDraft } from "./application-draft.js";

const form = document.getElementById("application");
const OTHER = "other";

/** Show a field for other words only where "other" is chosen. */
function showOthers() {
  for (const part of document.querySelectorAll("[data-shown-by]")) {
    part.hidden = form.elements.namedItem(part.dataset.shownBy).value !== OTHER;
  }
}

form.addEventListener("input", showOthers);
showOthers();
await connectDraft(form, {
  words: form.querySelector("[data-words]"),
  other: document.querySelector("[data-other]"),
  onRestored: showOthers,
});
