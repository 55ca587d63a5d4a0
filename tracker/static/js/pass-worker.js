// The worker under /me/: keeps one pass page per enrollment, and what that page is
// drawn with, so that a pass opens again without a network. Nothing else is kept.
// Signing out deletes it (sign-out.js); so does a server that says "not yours".

const ROOT = self.location.pathname.replace(/\/me\/sw\.js$/, "");
const OFFERING = `${ROOT}/me/offerings/`;
const STATIC = `${ROOT}/static/`;
const PATIENCE_MS = 2500;
const LOOSELY = { ignoreVary: true };
const NOT_YOURS = [401, 403, 404, 410];

const shownFromCache = new Set(); // ids of the pages that were answered from here

const cacheName = (path) => `muster-pass ${path}`;
const passOf = (path) => OFFERING + path.slice(OFFERING.length).split("/")[0];
const findKept = (path) => caches.match(path, { ...LOOSELY, cacheName: cacheName(path) });

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode !== "navigate") {
    if (pathname.startsWith(STATIC)) event.respondWith(asset(request));
  } else if (pathname.startsWith(OFFERING)) {
    const isPass = passOf(pathname) === pathname;
    event.respondWith(isPass ? passPage(event, pathname) : otherPage(request, pathname));
  }
});

self.addEventListener("message", (event) => {
  if (event.data?.type === "keep") event.waitUntil(answer(event));
});

/** The pass: from the network if it answers soon, else as it was kept. */
async function passPage(event, path) {
  const kept = await findKept(path);
  const fresh = fetch(event.request).then(async (response) => {
    await remember(path, response.clone()).catch(() => {}); // no room to keep it
    return response;
  });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  const first = await Promise.race([fresh.catch(() => {}), patience()]);
  if (first && first.status < 500) return first;
  shownFromCache.add(event.resultingClientId);
  return kept;
}

/** Programme and evaluation are not kept; without a network the pass comes instead. */
async function otherPage(request, path) {
  try {
    return await fetch(request);
  } catch (error) {
    if (await findKept(passOf(path))) return Response.redirect(passOf(path));
    throw error;
  }
}

/** What a page is drawn with; an address with a hash never changes its content. */
async function asset(request) {
  const kept = await caches.match(request, LOOSELY);
  if (!kept) return fetch(request);
  if (new URL(request.url).searchParams.has("v")) return kept;
  const fresh = fetch(request).catch(() => {});
  const first = await Promise.race([fresh, patience()]);
  return first?.ok ? first : kept;
}

const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));

/** Keep a page that the server gave, or forget it where it is not this person's. */
async function remember(path, response) {
  if (response.ok && !response.redirected) {
    const cache = await caches.open(cacheName(path));
    await cache.put(path, response);
  } else if (response.type === "opaqueredirect" || response.redirected || NOT_YOURS.includes(response.status)) {
    await caches.delete(cacheName(path));
  }
}

async function answer(event) {
  const { path, assets } = event.data;
  const fromCache = shownFromCache.delete(event.source.id);
  if (path.startsWith(OFFERING) && passOf(path) === path) {
    await keep(path, assets, fromCache).catch(() => {}); // no network: as it was
  }
  event.ports[0].postMessage({ kept: Boolean(await findKept(path)), fromCache });
}

/** Keep exactly this page and these assets; the first visit came past this worker. */
async function keep(path, assets, fromCache) {
  if (!(await findKept(path))) await remember(path, await fetch(path));
  if (!(await findKept(path))) return;
  const cache = await caches.open(cacheName(path));
  for (const wanted of assets.filter((address) => address.startsWith(STATIC))) {
    const isKept = await cache.match(wanted, LOOSELY);
    if (!isKept || !(fromCache || wanted.includes("?v="))) await cache.add(wanted);
  }
  const needed = new Set([path, ...assets].map((address) => new URL(address, self.location).href));
  for (const request of await cache.keys()) {
    if (!needed.has(request.url)) await cache.delete(request, LOOSELY);
  }
}
