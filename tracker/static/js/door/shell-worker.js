// The worker under /scan: keeps the door page and what it is drawn with, so that it starts without a network. It
// never touches the API. The server writes SHELL above this: `{root, version, files}`, the files' paths with the
// SHA-256 of their content. A file that does not have it (another release's, a hotel's page) is not kept: either
// the whole page of one release is, or none of it.

const CACHES = "muster-door ";
const { root, version, files } = self.SHELL;
const CACHE = CACHES + version;
const PAGE = `${root}/scan`;
const LOOSELY = { ignoreVary: true };

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function fetchFile([path, hash]) {
  const response = await fetch(path, { cache: "no-cache", credentials: "omit", redirect: "error" });
  const body = await response.clone().arrayBuffer();
  const found = hex(await crypto.subtle.digest("SHA-256", body));
  if (!response.ok || found !== hash) throw new Error(`${path} is of another release`);
  return [path, response];
}

async function install() {
  const fetched = await Promise.all(Object.entries(files).map(fetchFile));
  const cache = await caches.open(CACHE);
  await Promise.all(fetched.map(([path, response]) => cache.put(path, response)));
  await self.skipWaiting(); // the page takes it when nobody is at it
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Whether an address asks for the very file that is kept; one with another hash is of another release. */
function isKept(url) {
  const hash = url.searchParams.get("v");
  return url.pathname in files && (hash === null || files[url.pathname].startsWith(hash));
}

async function answer({ request, clientId }, path) {
  const client = clientId && (await self.clients.get(clientId));
  // The pairing page is not kept, and must not be given an older release's scripts.
  if (client && new URL(client.url).pathname.startsWith(`${PAGE}/pair`)) return fetch(request);
  return (await caches.match(path, { ...LOOSELY, cacheName: CACHE })) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" ? url.pathname === PAGE : isKept(url)) {
    event.respondWith(answer(event, url.pathname));
  }
});
