// Asks the worker to keep this page and what it is drawn with, for when there is
// no network.

const ANSWER_MS = 10_000;

function trusted(address) {
  const policy = globalThis.trustedTypes?.createPolicy("muster", {
    createScriptURL(wanted) {
      if (wanted !== address) throw new TypeError("another worker");
      return wanted;
    },
  });
  return policy ? policy.createScriptURL(address) : address;
}

/** Everything static that this page has loaded, fonts too. */
async function assets() {
  if (document.readyState !== "complete") {
    await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  }
  await document.fonts.ready;
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const own = loaded.filter((url) => url.origin === location.origin && url.pathname.includes("/static/"));
  return [...new Set(own.map((url) => url.pathname + url.search))];
}

/** Ask for the page to be kept; gives {kept, fromCache}, undefined where nobody can. */
export async function keepPage(workerAddress) {
  if (!navigator.serviceWorker) return undefined;
  await navigator.serviceWorker.register(trusted(workerAddress));
  const { active } = await navigator.serviceWorker.ready;
  const message = { type: "keep", path: location.pathname, assets: await assets() };
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, ANSWER_MS, undefined);
    active.postMessage(message, [port2]);
  });
}
