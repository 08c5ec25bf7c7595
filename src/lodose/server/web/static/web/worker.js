/* Served as /service-worker.js with the version and the list of files before it. It keeps the look, the scripts, the
   page of red flags and the empty page for days without network; never a page with anybody's answers. */
"use strict";
const CACHE = `lodose-${VERSION}`;
const NETWORK_WAIT = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES);
    /* Without cookies: what is kept is what anybody would see. */
    await cache.addAll(PAGES.map((page) => new Request(page, { credentials: "omit", cache: "reload" })));
    await self.skipWaiting();
  })());
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

async function page(event, path) {
  const tooLate = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), NETWORK_WAIT));
  try {
    return await Promise.race([fetch(event.request), tooLate]);
  } catch {
    const kept = await caches.match(path === RED_FLAGS ? RED_FLAGS : OFFLINE);
    return kept || Response.error();
  }
}
async function file(event) {
  return (await caches.match(event.request)) || fetch(event.request);
}
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event, address.pathname));
  else if (FILES.includes(address.pathname)) event.respondWith(file(event));
});
