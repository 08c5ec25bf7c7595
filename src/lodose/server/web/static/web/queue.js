/* What this phone keeps without network: encrypted under a key that no script can read, bounded, gone at sign-out. */
"use strict";
window.phoneQueue = (() => {
  const MOST = 30;
  const STORES = ["keys", "kept", "entries"];
  let opened = null;

  /* Why this phone can keep nothing, or "". */
  function missing() {
    if (!window.isSecureContext) return "secure";
    if (!window.crypto || !window.crypto.subtle || !window.indexedDB) return "crypto";
    return "";
  }
  function open() {
    opened = opened || new Promise((resolve, reject) => {
      const request = indexedDB.open("check-in", 1);
      request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => { opened = null; reject(request.error); };
    });
    return opened;
  }
  /* Run one action on a store; resolves only when it is durably written. */
  async function store(name, mode, action) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const request = action(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
  async function key() {
    const found = await store("keys", "readonly", (keys) => keys.get("own"));
    if (found) return found;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    /* Two pages may come here at once: the first key stays. */
    await store("keys", "readwrite", (keys) => keys.add(made, "own")).catch(() => {});
    return store("keys", "readonly", (keys) => keys.get("own"));
  }
  async function seal(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(value));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), text) };
  }
  async function unseal(sealed) {
    if (!sealed) return null;
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, await key(), sealed.data);
    return JSON.parse(new TextDecoder().decode(text));
  }
  async function count() {
    return missing() ? 0 : store("entries", "readonly", (entries) => entries.count());
  }
  async function add(entry) {
    const sealed = await seal(entry);
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction("entries", "readwrite", { durability: "strict" });
      const entries = transaction.objectStore("entries");
      let full = false;
      entries.getKey(entry.id).onsuccess = (event) => {
        const known = event.target.result !== undefined;
        entries.count().onsuccess = (counted) => {
          full = !known && counted.target.result >= MOST;
          if (!full) entries.put(sealed, entry.id);
        };
      };
      transaction.oncomplete = () => (full ? reject(new Error("full")) : resolve());
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
  async function list() {
    const sealed = await store("entries", "readonly", (entries) => entries.getAll());
    const entries = await Promise.all(sealed.map(unseal));
    return entries.sort((one, other) => (one.written_at < other.written_at ? -1 : 1));
  }
  const remove = (id) => store("entries", "readwrite", (entries) => entries.delete(id));
  const keep = async (name, value) => {
    const sealed = await seal(value);
    return store("kept", "readwrite", (kept) => kept.put(sealed, name));
  };
  const kept = async (name) => unseal(await store("kept", "readonly", (all) => all.get(name)));
  async function clear() {
    if (missing()) return;
    for (const name of STORES) await store(name, "readwrite", (all) => all.clear());
  }
  return { MOST, missing, count, add, list, remove, keep, kept, clear };
})();
