/* Served as /service-worker.js with the version and the list of files before it. It keeps the look, the scripts, the
   page of red flags, the empty check-in for days without network and a page that says so; never a page with anybody's answers. */
"use strict";
const CACHE = `lodose-${VERSION}`;
const NETWORK_WAIT = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES);
    /* Without cookies: what is kept is what anybody would see, in the language that this browser reads now. */
    await cache.addAll(PAGES.map((page) => new Request(page, { credentials: "omit", cache: "reload", headers: { "Accept-Language": LANGUAGE } })));
    await self.skipWaiting();
  })());
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

/* Two pages must be there at once, network or not. Every other page waits as long as the server needs: an answer is
   worked out for seconds, and a check-in in its place would mislead. Another day's check-in is not today's either. */
function keptFor(address) {
  if (address.pathname === RED_FLAGS) return RED_FLAGS;
  if (address.pathname === OFFLINE || (address.pathname === TODAY && !address.searchParams.has("day"))) return OFFLINE;
  return null;
}
async function page(event, address) {
  const kept = keptFor(address);
  const answers = [fetch(event.request)];
  if (kept) answers.push(new Promise((_, reject) => setTimeout(() => reject(new Error("late")), NETWORK_WAIT)));
  try {
    return await Promise.race(answers);
  } catch {
    return (await caches.match(kept || NO_CONNECTION, { ignoreVary: true })) || Response.error();
  }
}
async function file(event) {
  return (await caches.match(event.request)) || fetch(event.request);
}
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event, address));
  else if (FILES.includes(address.pathname)) event.respondWith(file(event));
});
