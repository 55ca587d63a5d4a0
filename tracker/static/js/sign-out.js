// Signing out leaves nothing on this phone: neither the kept pass nor a draft.

import { clear, count } from "./draft-store.js";

const KEPT = "muster-pass";
const QUESTION = "What you typed on this device has not been sent or saved and will be deleted. Sign out?";

async function forget() {
  for (const registration of await (navigator.serviceWorker?.getRegistrations() ?? [])) {
    if (new URL(registration.scope).pathname.endsWith("/me/")) await registration.unregister();
  }
  for (const name of await (globalThis.caches?.keys() ?? [])) {
    if (name.startsWith(KEPT)) await caches.delete(name);
  }
  await clear();
}

async function signOut(form) {
  const drafts = await count().catch(() => 0);
  if (drafts > 0 && !globalThis.confirm(QUESTION)) return;
  await forget().catch(() => {}); // a browser that keeps nothing has nothing to forget
  form.submit();
}

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    signOut(form);
  });
}
