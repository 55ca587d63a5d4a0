// The answers have arrived: the draft on this phone is not needed any more.

import { remove } from "./draft-store.js";

for (const element of document.querySelectorAll("[data-draft-done]")) {
  remove(element.dataset.draftDone).catch(() => {}); // no storage, no draft
}
