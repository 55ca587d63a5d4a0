// Follows an application's links by single keys: each link names its own in data-key. The page says which there are, and
// a box switches them off (WCAG 2.1.4); this device remembers that. Without this script the links are links.

const STORED = "muster-review-keys";
const OFF = "off";

/** Say whether a key was meant for the page: not for a field, and not as part of a shortcut. */
export function isForPage({ target, ctrlKey, metaKey, altKey, defaultPrevented }) {
  if (ctrlKey || metaKey || altKey || defaultPrevented) return false;
  return !target.closest?.("textarea, select, input:not([type=checkbox]), [contenteditable]");
}

/** Let the keys work in a document until its box is unticked; `storage` remembers. */
export function start(page, storage) {
  const note = page.querySelector("[data-keys]");
  const box = page.querySelector("[data-keys-switch]");
  if (!note || !box) return;
  box.checked = storage.getItem(STORED) !== OFF;
  box.addEventListener("change", () => storage.setItem(STORED, box.checked ? "on" : OFF));
  page.addEventListener("keydown", (event) => {
    if (!box.checked || !isForPage(event)) return;
    const links = [...page.querySelectorAll("[data-key]")];
    links.find((link) => link.dataset.key === event.key.toLowerCase())?.click();
  });
  note.hidden = false;
}

if (globalThis.document) start(document, localStorage);
