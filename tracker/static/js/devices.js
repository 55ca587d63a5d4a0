// Keeps the list of devices current: asks for it again every ten seconds while the page is in view.

import { patch } from "./patch.js";

const POLL_MS = 10_000;
const list = document.querySelector("[data-devices]");

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(list.dataset.url, { headers: { Accept: "text/html" }, cache: "no-store", redirect: "manual" });
    if (response.ok) patch(list, await response.text());
  } catch {
    // No connection: the list says itself how old it is.
  }
}

setInterval(refresh, POLL_MS);
document.addEventListener("visibilitychange", refresh);
