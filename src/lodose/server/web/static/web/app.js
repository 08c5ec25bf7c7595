/* Makes the check-in smoother and lets it survive without network. Everything here is an extra: the pages work without. */
"use strict";
(() => {
  const queue = window.phoneQueue;
  const TODAY = "/today/";
  const WAIT = 15000;
  const id = (name) => document.getElementById(name);
  const words = id("phone-words");
  const main = id("main");
  const can = () => queue && !queue.missing();
  const prepared = new WeakSet();
  let sending = false;
  let again = false;

  function fill(name, values) {
    const piece = id(name).content.cloneNode(true);
    for (const [slot, text] of Object.entries(values || {})) {
      piece.querySelectorAll(`[data-slot="${slot}"]`).forEach((each) => { each.textContent = text; });
    }
    return piece;
  }
  function showMain(pieces) {
    main.replaceChildren(...pieces);
    window.scrollTo(0, 0);
    (main.querySelector(".error-summary") || main.querySelector("h1") || main).focus({ preventScroll: true });
  }
  function clock(moment) {
    return new Intl.DateTimeFormat(document.documentElement.lang.replace(/^en$/, "en-GB"), { dateStyle: "medium", timeStyle: "short" }).format(moment);
  }

  /* Saving: the answer's main part takes this page's place, without loading everything again. */
  async function save(form) {
    const fields = new FormData(form);
    let response;
    try {
      response = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "text/html" }, signal: AbortSignal.timeout(WAIT) });
    } catch {
      return keepHere(form, fields);
    }
    const signedOut = new URL(response.url).pathname.startsWith("/accounts/");
    if (signedOut || response.status === 403 || response.status >= 500) return keepHere(form, fields);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.getElementById("main");
    if (!next) return keepHere(form, fields);
    document.title = page.title;
    if (response.redirected) history.replaceState(null, "", response.url);
    showMain([...document.importNode(next, true).childNodes]);
    prepare();
  }

  async function keepHere(form, fields) {
    if (!can()) return say("phone-not-kept");
    fields.delete("csrfmiddlewaretoken");
    const moment = new Date();
    fields.set("source", "offline");
    fields.set("written_at", moment.toISOString());
    const entry = { id: fields.get("id"), account: form.dataset.account, written_at: moment.toISOString(), fields: [...fields] };
    try {
      await queue.add(entry);
    } catch (problem) {
      return say(problem.message === "full" ? "phone-full" : "phone-not-kept");
    }
    const dangers = [...form.querySelectorAll(".reveal:has(> .choice :checked) > .callout.danger")].map((each) => each.cloneNode(true));
    const heading = fill("phone-heading");
    showMain([heading, ...dangers, fill("phone-receipt", { time: clock(moment) })]);
    main.querySelector("h1").focus({ preventScroll: true });
    return send();
  }

  /* A line above the form; the form and everything typed stay. */
  function say(name, values) {
    const place = id("phone-says");
    if (place) place.replaceChildren(fill(name, values));
  }

  async function send() {
    if (!can()) return;
    if (sending) { again = true; return; }
    sending = true;
    try {
      const waiting = await queue.list();
      if (!waiting.length) { say("phone-nothing"); return; }
      if (!main.querySelector("[data-receipt=phone]")) say("phone-waiting", { count: waiting.length });
      await sendAll(waiting);
    } catch {
      /* No network: the next chance is the next page, or the network's return. */
    } finally {
      sending = false;
    }
    if (again) { again = false; await send(); }
  }
  async function sendAll(waiting) {
    const answer = await fetch(`${TODAY}token/`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(WAIT) });
    if (answer.status === 401) { say("phone-sign-in", { count: waiting.length }); return; }
    if (!answer.ok) return;
    const { token, account } = await answer.json();
    let left = 0;
    for (const entry of waiting) {
      /* Another person's answers wait until that person is back. */
      if (entry.account !== account) { left += 1; continue; }
      if (!(await sendOne(entry, token))) left += 1;
    }
    if (!left) say("phone-nothing");
  }
  async function sendOne(entry, token) {
    const body = new FormData();
    entry.fields.forEach(([name, value]) => body.append(name, value));
    const answer = await fetch(TODAY, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token }, signal: AbortSignal.timeout(WAIT) });
    if (answer.status === 422) {
      const { problems } = await answer.json();
      say("phone-refused", { problem: Object.values(problems).join(" "), when: clock(new Date(entry.written_at)) });
      const drop = document.querySelector("[data-drop]");
      if (drop) drop.addEventListener("click", async () => { await queue.remove(entry.id); say("phone-nothing"); });
      return false;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const sent = await answer.json();
    await queue.remove(entry.id);
    const receipt = main.querySelector("[data-receipt=phone]");
    if (receipt) {
      const piece = fill("server-receipt", { time: clock(new Date(sent.received_at)) });
      piece.querySelector("[data-receipt-link]").href = sent.receipt;
      receipt.replaceWith(piece);
    }
    return true;
  }

  /* The questions, kept so that the form opens without network from a cold start. */
  async function keepForm(form) {
    const copy = form.cloneNode(true);
    copy.querySelectorAll("[name=csrfmiddlewaretoken], [data-own]").forEach((each) => each.remove());
    copy.querySelectorAll(":checked").forEach((each) => each.removeAttribute("checked"));
    await queue.keep("form", { html: copy.outerHTML, account: form.dataset.account });
  }
  async function openKeptForm(place) {
    const kept = can() ? await queue.kept("form").catch(() => null) : null;
    if (!kept) { place.replaceChildren(fill("phone-no-form")); return; }
    const page = new DOMParser().parseFromString(kept.html, "text/html");
    const form = document.importNode(page.querySelector("form"), true);
    const day = new Intl.DateTimeFormat("sv-SE", { timeZone: form.dataset.zone }).format(new Date());
    form.elements.namedItem("day").value = day;
    form.elements.namedItem("id").value = crypto.randomUUID();
    place.replaceChildren(form);
    /* Past the plan that this phone has seen it asks for no dose: a wrong one would be worse. */
    if (form.dataset.until && day > form.dataset.until) form.querySelector("#dose").replaceWith(fill("phone-plan-over"));
    prepare();
  }

  function millilitres(form) {
    const shown = form.querySelector("output[data-millilitres]");
    const typed = form.elements.namedItem("dose_mg");
    if (!shown || !typed) return;
    typed.addEventListener("input", () => {
      const amount = Number(typed.value.replace(",", ".")) * 1000 / Number(shown.dataset.millilitres);
      const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(amount);
      shown.textContent = amount > 0 ? `= ${number} mL` : "";
    });
  }
  /* "None" and a side effect exclude each other; the server refuses both together as well. */
  function exclude(form) {
    const none = form.querySelector("[name=no_side_effects]");
    const others = [...form.querySelectorAll("[name=side_effect]")];
    if (!none) return;
    none.addEventListener("change", () => { if (none.checked) others.forEach((each) => { each.checked = false; }); });
    others.forEach((each) => each.addEventListener("change", () => { if (each.checked) none.checked = false; }));
  }

  function prepare() {
    const form = main.querySelector("form[data-check-in]");
    if (!form || prepared.has(form)) return;
    prepared.add(form);
    millilitres(form);
    exclude(form);
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      try { await save(form); } finally { busy = false; }
    });
  }

  function signOut() {
    document.querySelectorAll("form[action$='/accounts/logout/'], form[data-sign-out]").forEach((form) => {
      form.addEventListener("submit", async (event) => {
        if (!can()) return;
        event.preventDefault();
        const unsent = await queue.count().catch(() => 0);
        if (unsent && !window.confirm(words.dataset.signOut.replace("{count}", unsent))) return;
        await queue.clear().catch(() => {});
        form.submit();
      });
    });
  }

  /* Says that something takes its time once a form is on its way. */
  function showWorking() {
    document.addEventListener("submit", (event) => {
      const told = event.target.querySelector("[data-working]");
      if (told) told.hidden = false;
    });
    window.addEventListener("pageshow", () => {
      document.querySelectorAll("[data-working]").forEach((told) => { told.hidden = true; });
    });
  }

  function start() {
    prepare();
    signOut();
    showWorking();
    const place = id("offline-check-in");
    if (place) openKeptForm(place);
    if (queue && queue.missing()) say(`phone-missing-${queue.missing()}`);
    window.addEventListener("online", send);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
    const later = window.requestIdleCallback || ((task) => setTimeout(task, 200));
    const afterLoad = () => later(() => {
      send();
      const form = main.querySelector("form[data-check-in=new]");
      if (can() && form && form.dataset.keep && !place) keepForm(form).catch(() => {});
      if (window.isSecureContext && "serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js").catch(() => {});
    });
    if (document.readyState === "complete") afterLoad(); else window.addEventListener("load", afterLoad);
  }
  if (words) start();
})();
