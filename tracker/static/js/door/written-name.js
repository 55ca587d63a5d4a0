// The panel for somebody without a pass: a written name, kept and held for the desk.

const MOST = 200;

/** What can be sent of a written name: one line, whole characters, no more than the server takes. */
export function tidy(typed) {
  const whole = new TextDecoder().decode(new TextEncoder().encode(typed)); // half a character becomes a sign for one
  const line = whole.replace(/[\p{Cc}\p{Cn}\p{Zl}\p{Zp}\s\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, " ").trim();
  return [...line.normalize("NFC")].slice(0, MOST).join("");
}

/** Wire `dialog`; `onName` gets the name. Returns a function that opens it. */
export function createWriting(dialog, onName) {
  const input = dialog.querySelector("input");
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = tidy(input.value);
    if (!name) return input.focus();
    input.value = "";
    dialog.close();
    onName(name);
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => (input.value = ""));
  return () => dialog.showModal();
}
