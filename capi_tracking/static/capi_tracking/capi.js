/* capi.js: the browser's half of capi_tracking.

   It reads the data islands that the template tags render, gives each event an id, hands one copy to Meta's pixel and
   sends the same id to the shop's own server by a beacon; later it says what became of the pixel's copy. Without the
   visitor's consent it does nothing of that: no call, no cookie, no storage, no request. */
(() => {
  "use strict";

  const island = document.querySelector("script[data-capi-config]");
  if (!island || window.capi) return; // one per page, however often the head is put in again

  const config = JSON.parse(island.textContent);
  const nonce = (document.currentScript || island).nonce;
  const landing = { search: location.search, referrer: document.referrer }; // as they were before they are cleaned

  const STATES = ["granted", "limited", "denied"];
  const ANSWER_DAYS = 180;
  const COOKIE_DAYS = 90;
  const SETTLE_MS = 300; // policy violations are told a moment after the call that caused them
  const PATIENCE_MS = 5000; // a pixel that is not there by then is blocked; if it comes after all, that counts too
  const MAX_BODY = 32 * 1024;
  const MAX_ITEMS = 20;
  const MAX_SOLD = 20;
  const SOLD = "capi_sold";

  /* A failure in here is the shop's to see, in the console, and nobody's to feel. */
  const quietly = (action) => (...given) => {
    try {
      return action(...given);
    } catch (error) {
      console.debug("capi.js:", error);
    }
  };

  /* Cookies */

  // Of two values under one name, host-only beside the domain's, the newer one: all hold their time third.
  function cookie(name) {
    const values = document.cookie.split("; ").filter((pair) => pair.startsWith(name + "="));
    const writtenAt = (value) => Number(value.split(".")[2]) || 0;
    return values
      .map((pair) => pair.slice(name.length + 1))
      .reduce((best, value) => (best && writtenAt(best) >= writtenAt(value) ? best : value), "");
  }

  function write(name, value, seconds, domain) {
    const parts = [`${name}=${value}`, "path=/", `max-age=${seconds}`, "SameSite=Lax"];
    if (domain) parts.push(`domain=${domain}`);
    if (location.protocol === "https:") parts.push("Secure");
    document.cookie = parts.join("; ");
  }

  // The widest domain that the browser takes, where the pixel would write too; "" is this host alone.
  let widest;
  function domain() {
    if (widest === undefined) widest = isAddress() ? "" : findDomain(location.hostname.split("."));
    return widest;
  }

  const isAddress = () => /^[\d.]+$|:/.test(location.hostname);

  function findDomain(labels) {
    for (let count = 2; count <= labels.length; count += 1) {
      const candidate = labels.slice(-count).join(".");
      write("capi_test", "1", 9, candidate);
      const taken = cookie("capi_test") !== "";
      write("capi_test", "", 0, candidate);
      if (taken) return candidate;
    }
    return "";
  }

  const keep = (name, value, days) => write(name, value, days * 86400, domain());

  function drop(name) {
    write(name, "", 0, "");
    if (domain()) write(name, "", 0, domain());
  }

  /* Consent */

  // The cookie is state.policy.seconds. Global Privacy Control only tightens.
  function answer() {
    const [state, policy, at, ...more] = cookie("capi_consent").split(".");
    if (at === undefined || more.length || policy !== config.policy || !STATES.includes(state)) return "unknown";
    return state === "granted" && navigator.globalPrivacyControl ? "limited" : state;
  }

  const isBot = new RegExp(config.bots, "i").test(navigator.userAgent);
  const mayFire = () => !isBot && answer() === "granted";

  function consent(state) {
    if (!STATES.includes(state)) return;
    write("capi_consent", "", 0, "");
    keep("capi_consent", [state, config.policy, Math.floor(Date.now() / 1000)].join("."), ANSWER_DAYS);
    settleAnswer();
    go();
  }

  function settleAnswer() {
    const state = answer();
    document.documentElement.dataset.capiState = state;
    if (state === "denied" || state === "limited") forget();
  }

  function forget() {
    fbq.queue.length = outgoing.length = 0;
    pending.clear();
    ["_fbp", "_fbc"].filter(cookie).forEach(drop);
    remember([]);
  }

  /* Ids */

  const random = (Type, length) => Array.from(crypto.getRandomValues(new Type(length)));
  const newId = () => random(Uint8Array, 16).map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const isCookie = (value) => /^fb\.\d{1,2}\.\d{13}\../.test(value);

  function mark(payload) {
    const depth = isAddress() ? 1 : (domain() || "host").split(".").length - 1;
    return ["fb", depth, Date.now(), payload].join(".");
  }

  function mint() {
    if (!isCookie(cookie("_fbp"))) {
      keep("_fbp", mark(random(Uint32Array, 2).map((part) => part % 1e9).join("")), COOKIE_DAYS);
    }
    const click = clickId();
    if (click && !isSameClick(cookie("_fbc"), click)) keep("_fbc", mark(escaped(click)), COOKIE_DAYS);
  }

  // From this address; before there is any, from the page of ours that led here.
  function clickId() {
    const here = new URLSearchParams(landing.search).get("fbclid");
    const before = !here && !isCookie(cookie("_fbc")) && isOwn(landing.referrer) ? new URL(landing.referrer) : null;
    const click = here || (before && before.searchParams.get("fbclid")) || "";
    return /^[\w~%+=*.-]{1,480}$/.test(click) ? click : "";
  }

  // Segments end at dots, so the pixel writes a click id's own dots in this way.
  const escaped = (click) => click.replace(/\./g, "__DOT__");

  function isSameClick(value, click) {
    const payload = value.split(".").slice(3);
    return isCookie(value) && (payload[0] === escaped(click) || payload.join(".") === click);
  }

  /* Addresses */

  const patterns = config.parameters.map((pattern) => {
    const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
    return new RegExp(`^${source}$`);
  });

  const isOwn = (address) => address.startsWith(location.origin + "/");

  function cleaned(address) {
    const url = new URL(address);
    const secret = [...url.searchParams.keys()].filter((name) => !patterns.some((pattern) => pattern.test(name)));
    secret.forEach((name) => url.searchParams.delete(name));
    return secret.length ? url.href : address;
  }

  // The pixel sends the address and the referrer as they are, whatever they hold.
  function cleanAddress() {
    const address = cleaned(location.href);
    if (address !== location.href) history.replaceState(history.state, "", address);
  }

  function cleanReferrer() {
    const before = document.referrer;
    if (!isOwn(before) || cleaned(before) === before) return;
    Object.defineProperty(document, "referrer", { configurable: true, get: () => cleaned(before) });
  }

  /* The pixel */

  // Nothing passes without consent, whoever calls: the pixel's own "revoke" would queue it for later.
  function stub(...given) {
    if (!mayFire()) return;
    if (stub.callMethod) stub.callMethod(...given);
    else stub.queue.push(given);
  }

  const fbq = (config.script && window.fbq) || Object.assign(stub, { push: stub, loaded: true, version: "2.0", queue: [] });
  fbq.queue = fbq.queue || [];
  fbq.disablePushState = true; // else it sends PageViews without an id on pushState
  fbq.allowDuplicatePageViews = true; // else it drops ours after the first
  if (config.script) {
    window.fbq = fbq;
    window._fbq = window._fbq || fbq;
  }

  const ready = new Set();
  let loadedAt = 0;
  let failure = "";
  let isLoading = false;

  function load() {
    if (isLoading) return;
    isLoading = true;
    cleanAddress();
    cleanReferrer();
    mint();
    if (fbq.callMethod || !config.script) return;
    const script = document.createElement("script");
    Object.assign(script, { async: true, src: config.script, nonce: nonce || "" });
    script.addEventListener("load", () => {
      loadedAt = Date.now();
      watch();
    });
    script.addEventListener("error", () => {
      failure = failure || "script_error";
      watch();
    });
    document.head.append(script);
  }

  function init(alias, id) {
    if (ready.has(id)) return;
    ready.add(id);
    fbq("set", "autoConfig", false, id); // else it sends events of its own, without ids
    fbq("init", id, buyerKeys(alias)); // only the first init counts, so the buyer's hashes must be in it
  }

  function buyerKeys(alias) {
    const sales = [...document.querySelectorAll("script[data-capi-purchase]")].map(read);
    return (sales.find((sale) => sale && sale.pixel === alias) || {}).keys || {};
  }

  /* Firing */

  // ``event``: pixel (alias), name, custom (not one of Meta's names); data and signature from an island; id of an order.
  function fire(event, data, id = newId()) {
    const pixelId = config.pixels[event.pixel];
    if (!pixelId || !mayFire()) return;
    const told = { pixel: event.pixel, name: event.name, id };
    load();
    if (!event.id) say("events", { ...told, data: event.data, signature: event.signature });
    if (!config.script) return; // shadow mode: the page's own pixel, if it has one, is left alone
    pending.set(id, { told, at: Date.now(), isSale: Boolean(event.id) });
    init(event.pixel, pixelId);
    fbq(event.custom ? "trackSingleCustom" : "trackSingle", pixelId, event.name, data, { eventID: id });
    watch();
    tell("capi:sent", told);
  }

  function tell(name, detail) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }

  const fireIsland = (event) => fire(event, JSON.parse(event.data));

  function read(element) {
    try {
      return JSON.parse(element.textContent);
    } catch (error) {
      return null;
    }
  }

  // The mark is written on the element, so that a snapshot that htmx or Turbo puts back does not fire again.
  function scan() {
    fireAll("event", quietly(fireIsland));
    fireAll("purchase", quietly(sell));
  }

  function fireAll(kind, action) {
    for (const element of document.querySelectorAll(`script[data-capi-${kind}]:not([data-capi-fired])`)) {
      element.setAttribute("data-capi-fired", "");
      action(read(element));
    }
  }

  /* Sales: once per order and browser */

  function sold() {
    try {
      return JSON.parse(localStorage.getItem(SOLD)) || [];
    } catch (error) {
      return [];
    }
  }

  function remember(ids) {
    try {
      if (ids.length) localStorage.setItem(SOLD, JSON.stringify(ids.slice(-MAX_SOLD)));
      else localStorage.removeItem(SOLD);
    } catch (error) {
      // No storage here: the server's own receipt keeps a reload from firing again.
    }
  }

  function sell(sale) {
    const once = quietly(() => {
      if (!mayFire() || sold().includes(sale.id)) return;
      remember([...sold(), sale.id]);
      fire(sale, sale.data, sale.id);
    });
    if (navigator.locks) navigator.locks.request(SOLD, once).catch(once); // two tabs, one at a time
    else once();
  }

  /* Receipts */

  const pending = new Map(); // id -> {told: {pixel, name, id}, at, isSale, state, isViolated}
  let timer = 0;

  function watch() {
    if (!timer && pending.size) timer = setTimeout(quietly(judge), SETTLE_MS);
  }

  function judge(isLeaving) {
    timer = 0;
    let open = 0;
    for (const [id, event] of [...pending]) {
      const [state, detail] = verdict(event, isLeaving);
      if (!state) open += 1;
      else if (state !== event.state) say("receipts", { ...event.told, state, detail });
      event.state = state || event.state;
      if (state === "handed_over") pending.delete(id);
    }
    if (open) watch();
  }

  function verdict(event, isLeaving) {
    if (event.isViolated || failure) return ["blocked", failure || "policy"];
    if (fbq.callMethod && !fbq.queue.length) {
      const isSettled = Date.now() - Math.max(event.at, loadedAt) >= SETTLE_MS;
      return isSettled || isLeaving ? ["handed_over", ""] : [];
    }
    if (Date.now() - event.at > PATIENCE_MS) return ["blocked", fbq.callMethod ? "queue" : "no_call_method"];
    return isLeaving ? ["unknown", "left"] : [];
  }

  function onViolation(violation) {
    const address = violation.blockedURI || "";
    if (violation.disposition === "report" || !isPixelAddress(address)) return;
    if (violation.effectiveDirective.startsWith("script-src")) failure = "policy";
    const named = [...pending.keys()].filter((id) => address.includes(id));
    (named.length ? named : [...pending.keys()]).forEach((id) => (pending.get(id).isViolated = true));
    watch();
  }

  function isPixelAddress(address) {
    try {
      const host = new URL(address).host;
      return host === new URL(config.script, location.href).host || /(^|\.)facebook\.(com|net)$/.test(host);
    } catch (error) {
      return false;
    }
  }

  // Left before the pixel took it: what reads as sold was not told to anybody, so a reload may.
  function leave() {
    judge(true);
    flush();
    const isUntold = (id) => pending.has(id) && pending.get(id).isSale;
    if (sold().some(isUntold)) remember(sold().filter((id) => !isUntold(id)));
  }

  /* The beacon */

  const outgoing = [];

  // What one task brings goes out together at its end: before a submitted form navigates away.
  function say(kind, item) {
    if (outgoing.push([kind, item, Date.now()]) === 1) Promise.resolve().then(quietly(flush));
  }

  function flush() {
    if (!mayFire()) outgoing.length = 0;
    if (!outgoing.length) return;
    let batch = envelope();
    for (const [kind, item, at] of outgoing.splice(0)) {
      const aged = { ...item, age: Date.now() - at };
      batch[kind].push(aged);
      if (batch[kind].length <= MAX_ITEMS && size(batch) <= MAX_BODY) continue;
      batch[kind].pop();
      post(batch);
      batch = envelope();
      batch[kind].push(aged);
    }
    post(batch);
  }

  function envelope() {
    return { url: cleaned(location.href), referrer: document.referrer, domain: domain(), events: [], receipts: [] };
  }

  const size = (batch) => new Blob([JSON.stringify(batch)]).size;

  function post(batch) {
    if (!batch.events.length && !batch.receipts.length) return;
    const body = JSON.stringify(batch);
    if (navigator.sendBeacon && navigator.sendBeacon(config.collect, body)) return;
    fetch(config.collect, { method: "POST", body, keepalive: true, credentials: "same-origin" }).catch(() => {});
  }

  /* Navigation */

  let viewed = "";

  function view() {
    cleanAddress();
    const address = location.pathname + location.search;
    if (address === viewed) return;
    viewed = address;
    for (const pixel of config.page) fire({ pixel, name: "PageView" }, {});
  }

  const go = quietly(() => {
    if (document.readyState === "loading" || !mayFire()) return;
    view();
    scan();
  });

  function follow() {
    const pushState = history.pushState;
    history.pushState = function (...given) {
      const result = pushState.apply(this, given);
      Promise.resolve().then(go);
      return result;
    };
    window.addEventListener("popstate", () => Promise.resolve().then(go));
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      viewed = ""; // shown again from memory: a visit like any other
      go();
    });
  }

  /* What the visitor does */

  const triggerOf = (element) => element.dataset.capiTrigger || (element instanceof HTMLFormElement ? "submit" : "click");

  const heard = new Set();
  function listen(type) {
    if (heard.has(type)) return;
    heard.add(type);
    document.addEventListener(type, quietly(onAct), true);
  }

  function onAct(event) {
    for (let element = event.target; element instanceof Element; element = element.parentElement) {
      if (element.dataset && element.dataset.capiOn && triggerOf(element) === event.type) {
        [].concat(JSON.parse(element.dataset.capiOn)).forEach(quietly(fireIsland));
      }
    }
  }

  function onConsentClick(event) {
    const button = event.target instanceof Element && event.target.closest("[data-capi-consent]");
    if (button) consent(button.dataset.capiConsent);
  }

  function look() {
    document.querySelectorAll("[data-capi-trigger]").forEach((element) => listen(element.dataset.capiTrigger));
    if (!viewed) go();
    else if (mayFire()) scan();
  }

  /* Start */

  function start() {
    settleAnswer();
    follow();
    ["submit", "click"].forEach(listen);
    document.addEventListener("click", quietly(onConsentClick));
    document.addEventListener("securitypolicyviolation", quietly(onViolation));
    window.addEventListener("pagehide", quietly(leave));
    new MutationObserver(quietly(look)).observe(document.documentElement, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", look);
    look();
    tell("capi:ready", { state: answer() });
  }

  window.capi = { consent: quietly(consent) };
  // A page that is only drawn ahead of a visit has no visitor yet.
  if (document.prerendering) document.addEventListener("prerenderingchange", quietly(start), { once: true });
  else quietly(start)();
})();
