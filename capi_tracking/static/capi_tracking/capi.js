/* See docs/script.md. Without consent: no call, cookie, storage or request. */
(() => {
  "use strict";

  const all = (selector) => [...document.querySelectorAll(selector)];
  const island = all("script[data-capi-config]")[0];
  if (!island || window.capi?.bridge) return; // not an element

  const read = (element) => JSON.parse(element.text);
  const config = read(island);
  const self = document.currentScript || island;
  const root = document.documentElement;
  const landing = [location.href, document.referrer];

  const SETTLE_MS = 300;
  const VISITOR_MS = 1000;
  const RETRY_MS = 3000;
  const MAX_ITEMS = 20;

  const quietly = (action) => (...given) => {
    try {
      return action(...given);
    } catch (error) {
      if (!(error instanceof DOMException)) console.debug("capi.js:", error);
    }
  };
  const attempt = (action) => quietly(action)();
  const on = (target, type, action, options) => target.addEventListener(type, quietly(action), options);
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  const now = () => performance.now();

  // Of two the newer: all hold their time third.
  function cookie(name) {
    const writtenAt = (pair) => pair.split(".")[2] || 0;
    const found = document.cookie.split("; ").filter((pair) => pair.startsWith(name + "="));
    const [newest = ""] = found.sort((one, other) => writtenAt(other) - writtenAt(one));
    return newest.slice(name.length + 1);
  }

  function write(name, value, days, domain) {
    const more = (domain ? "; domain=" + domain : "") + (location.protocol === "https:" ? "; Secure" : "");
    document.cookie = `${name}=${value}; path=/; max-age=${days * 86400}; SameSite=Lax${more}`;
  }

  // The widest that it takes; "" is this host.
  const domains = /[\d\]]$/.test(location.hostname) ? [] : location.hostname.split(".").map((_, place, labels) => labels.slice(place).join(".")).reverse().slice(1);
  let widest;
  const domain = () => (widest = widest ?? domains.find(isTaken) ?? "");

  function isTaken(candidate) {
    write("capi_test", 1, 1, candidate);
    const found = cookie("capi_test");
    write("capi_test", "", 0, candidate);
    return found;
  }

  const keep = (name, value, days) => write(name, value, days, domain());

  function drop(name) {
    write(name, "", 0);
    keep(name, "", 0);
  }

  const isState = (state) => /^(granted|limited|denied)$/.test(state);

  function stated() {
    const [state, policy, at, more] = cookie("capi_consent").split(".");
    const isFresh = Date.now() / 1000 - at < config.days * 86400;
    return isFresh && !more && policy === config.policy && isState(state) ? state : "unknown";
  }

  const answer = () => (stated() === "granted" && navigator.globalPrivacyControl ? "limited" : stated());
  const isGranted = () => answer() === "granted" || (answer() === "limited" && who.limits);

  const isBot = new RegExp(config.bots, "i").test(navigator.userAgent);
  const mayFire = () => !isBot && !document.prerendering && !cookie("capi_off") && !isSensitive(location) && isGranted();

  function consent(state) {
    if (!isState(state)) return;
    drop("capi_consent");
    keep("capi_consent", `${state}.${config.policy}.${(Date.now() / 1000).toFixed()}`, config.days);
    heed();
  }

  const notice = () => answer() !== root.dataset.capiState && heed();

  function heed() {
    const state = (root.dataset.capiState = answer());
    if (isGranted()) return go();
    if (state === "unknown" && !hasMet) return;
    fbq.queue.length = outgoing.length = waiting.length = 0;
    pending.clear();
    held = null;
    hasMet = false;
    if (state === "limited") knock("limited");
    if (state === "denied") forget();
  }

  function forget() {
    const fbp = cookie("_fbp");
    if (fbp) navigator.sendBeacon(config.collect, JSON.stringify({ withdrawn: { fbp } }));
    ["_fbp", "_fbc", "capi_next"].filter(cookie).forEach(drop);
    attempt(() => localStorage.removeItem("capi_sold"));
    attempt(() => sessionStorage.removeItem("capi_carry"));
  }

  const isAllowed = new RegExp(config.parameters);
  const isSensitive = ({ pathname }) => config.sensitive && new RegExp(config.sensitive).test(attempt(() => decodeURIComponent(pathname)) || pathname);
  const isPrivate = () => all("meta[name=capi-private]")[0];

  function cleaned(address) {
    if (!address) return "";
    const url = new URL(address);
    if (isSensitive(url)) return url.origin + "/";
    const isKept = (pair) => isAllowed.test(pair.split("=")[0]);
    url.search = url.search.slice(1).split("&").filter(isKept).join("&");
    url.hash = url.hash.replace(/[^#?&=]+(=[^&]*)?/g, (pair, is) => (!is || isKept(pair) ? pair : ""));
    return url.href;
  }

  function clean() {
    const [address, before] = [location.href, document.referrer].map(cleaned);
    if (address !== location.href) history.replaceState(history.state, "", address);
    if (before !== document.referrer) Object.defineProperty(document, "referrer", { configurable: true, value: before });
  }

  const fbq = quietly((...given) => {
    const isHeard = mayFire() || document.prerendering;
    if (isHeard || given[0] === "init") ask("foreign", isHeard ? given : given.slice(0, 2)); // whose pixel
  });
  Object.assign(fbq, { push: fbq, loaded: true, version: "2.0", queue: [] });
  fbq.disablePushState = true; // else more PageViews
  fbq.allowDuplicatePageViews = true;

  const theirs = window.fbq; // a snippet's
  const isBusy = () => held || fbq.queue.length;
  const pixel = () => (theirs?.callMethod ? theirs : fbq);

  const ready = new Set();
  const script = { type: "", at: 0 };
  const who = { keys: {} };
  let held; // calls that wait for ids
  let hasMet;

  function meet() {
    if (hasMet) return;
    hasMet = true;
    if (theirs?.callMethod) bring("foreign");
    if (/^fb\.\d+\.\d{13}\../.test(cookie("_fbp")) && !/fbclid=/.test(landing) && !cookie("capi_in") && !config.token) return;
    held = [];
    setTimeout(quietly(release), VISITOR_MS);
    ask("visitor", release);
  }

  function release() {
    const calls = held || [];
    held = null;
    calls.forEach((given) => call(...given));
    flush();
  }

  function load() {
    if (script.type || pixel().callMethod) return;
    script.type = "asked";
    add(config.script, ({ type }) => {
      Object.assign(script, { type, at: now() });
      watch();
    });
  }

  function add(src, heard) {
    const script = document.createElement("script");
    document.head.append(Object.assign(script, { src, nonce: self.nonce, onload: heard, onerror: heard }));
  }

  function call(make, entry) {
    if (held) return held.push([make, entry]);
    try {
      if (pixel().callMethod) pixel().callMethod(...make());
      else fbq.queue.push(make());
    } catch (error) {
      if (entry) receive(Object.assign(entry, { failure: "threw" }), "blocked");
    }
  }

  function init(alias) {
    const id = config.pixels[alias];
    if (ready.has(id)) return;
    ready.add(id);
    if (who.limits) call(() => ["dataProcessingOptions", ["LDU"], ...who.limits]);
    call(() => ["set", "autoConfig", false, id]);
    call(() => ["init", id, { ...who.keys, ...buyerKeys(alias) }]); // only the first counts
  }

  const buyerKeys = (alias) => all("script[data-capi-purchase]").map(read).find((sale) => sale.pixel === alias)?.keys;

  const used = new Set(); // ids: the pixel would send them again
  const shown = []; // on this page

  // ``claim``: what the relay can check, if the server has it not.
  function fire(event, data, claim) {
    const told = { pixel: event.pixel, name: event.name, id: event.id || newId() };
    if (!config.pixels[told.pixel] || !mayFire() || used.has(told.pixel + told.id)) return;
    used.add(told.pixel + told.id);
    shown.push({ ...told, data });
    clean();
    meet();
    if (claim) say("events", { ...told, ...claim });
    if (config.script && !isPrivate()) hand(told, { ...event, ...told, data });
  }

  function hand(told, event) {
    const entry = { told, at: now(), name: "known", given: [event] };
    pending.add(entry);
    watch();
    load();
    init(told.pixel);
    const command = "trackSingle" + (event.custom ? "Custom" : "");
    call(() => [command, config.pixels[told.pixel], told.name, event.data, { eventID: told.id }], entry);
    tell("capi:sent", told);
  }

  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const fireIsland = ({ data, signature, ...event }) => event.name !== "Purchase" && fire(event, JSON.parse(data), { data, signature });
  const fireKnown = (event) => fire(event, event.data);

  // A snapshot keeps the mark, a morph the element.
  function fireAll(kind, action) {
    for (const element of all(`script[data-capi-${kind}]:not([data-capi-fired])`)) {
      element.dataset.capiFired = "";
      if (element.capi !== (element.capi = viewed + element.text)) quietly(action)(element);
    }
  }

  function track(name, data = {}, options = {}) {
    if (!mayFire() || name === "Purchase") return "";
    const eventId = /^[\w-]{8,64}$/.test(options.eventId || "") ? options.eventId : newId();
    ask("track", name, JSON.stringify(data), { ...options, eventId });
    return eventId;
  }

  const doors = {};
  const waiting = [];
  const brought = new Set();

  function ask(name, ...given) {
    if (waiting.length < 100) waiting.push({ name, given });
    if (mayFire()) open();
  }

  function open() {
    for (const one of waiting.splice(0)) {
      if (!doors[one.name]) waiting.push(one);
      knock(one.name, ...one.given);
    }
  }

  function bring(name) {
    if (!brought.has(name)) add(config.files?.[name] || new URL(`capi-${name}.js`, self.src));
    brought.add(name);
  }

  const knock = (name, ...given) => (doors[name] ? doors[name](...given) : bring(name));

  function bridge(name, connect) {
    doors[name] = quietly(connect(core));
    open();
  }

  const pending = new Set();
  const failed = [];
  const violations = [];
  let timer = 0;

  function watch() {
    if (!timer && pending.size) timer = setTimeout(quietly(judge), SETTLE_MS);
  }

  function judge(isLeaving) {
    timer = 0;
    const isTaken = pixel().callMethod && !isBusy() && !violations.length;
    for (const entry of pending) {
      const isSettled = isLeaving || now() - Math.max(entry.at, script.at) >= SETTLE_MS;
      if (isTaken && isSettled) receive(entry, "handed_over");
      else if (isLeaving && !doors.late) receive(entry, "unknown", "left");
    }
    if (!isTaken && pending.size) knock("late", isLeaving);
    watch();
  }

  function receive(entry, state, detail) {
    say("receipts", { ...entry.told, state, detail: entry.failure || detail });
    if (entry.failure) failed.push(entry);
    if (entry.failure || state === "handed_over") pending.delete(entry);
  }

  // For the next page; this one may be shown again.
  function carry() {
    const left = [...pending, ...waiting.filter(({ name }) => /track|sale/.test(name))];
    if (!left.length || !mayFire()) return;
    const kept = attempt(() => JSON.parse(sessionStorage.capi_carry)) || [];
    for (const { name, given } of left) kept.push({ name, given, at: Date.now() });
    attempt(() => (sessionStorage.capi_carry = JSON.stringify(kept.slice(-MAX_ITEMS))));
    [pending, used, ready].forEach((set) => set.clear());
    fbq.queue.length = waiting.length = 0;
  }

  const outgoing = [];
  let isSending;

  function say(kind, item) {
    if (outgoing.push({ kind, item, at: now() }) === 1) queueMicrotask(quietly(flush));
  }

  function flush(isLeaving) {
    if (!mayFire()) outgoing.length = 0;
    while (outgoing.length && (isLeaving || !(isSending || held))) {
      const [body, taken] = pack(MAX_ITEMS);
      if (!isLeaving || !navigator.sendBeacon(config.collect, body)) post(body, taken);
    }
  }

  function pack(count) {
    const taken = outgoing.slice(0, count);
    const batch = envelope();
    taken.forEach(({ kind, item, at }) => (batch[kind] ||= []).push({ ...item, age: Math.round(now() - at) }));
    const body = JSON.stringify(batch);
    if (count > 1 && new Blob([body]).size > 32768) return pack(count >> 1);
    outgoing.splice(0, count);
    return [body, taken];
  }

  function envelope() {
    const url = isPrivate() ? location.origin + "/" : cleaned(location.href);
    return { url, referrer: document.referrer, domain: domain(), ...who.tell?.() };
  }

  function post(body, taken) {
    isSending = true;
    fetch(config.collect, { method: "POST", body, keepalive: true, mode: "no-cors", signal: AbortSignal.timeout?.(10000) })
      .catch(() => ({ status: 599 }))
      .then(({ status }) => {
        isSending = false;
        const again = taken.filter((one) => status > 499 && !one.isAgain);
        for (const one of again) one.isAgain = true;
        outgoing.unshift(...again);
        setTimeout(quietly(flush), again.length && RETRY_MS);
      });
  }

  let viewed = "";
  let isDue = true;
  let isVisiting = false; // by Turbo: its page comes later

  const here = () => location.pathname + location.search;

  function view() {
    clean();
    if (isDue && here() !== viewed) {
      viewed = here();
      shown.length = 0;
      config.page.forEach((pixel) => fire({ pixel, name: "PageView" }, {}, {}));
    }
    isDue = false;
  }

  const go = quietly(() => {
    if (document.readyState === "loading" || isVisiting || "turboPreview" in root.dataset || !mayFire()) return;
    view();
    if (!isPrivate()) {
      if (cookie("capi_next")) ask("track");
      if (attempt(() => sessionStorage.capi_carry)) ask("late");
    }
    fireAll("event", (element) => fireIsland(read(element)));
    fireAll("purchase", (element) => ask("sale", read(element)));
    open();
  });

  let looking = 0;
  const look = () => (looking ||= setTimeout(looked));

  function looked() {
    looking = 0;
    all("[data-capi-trigger]").forEach((element) => listen(element.dataset.capiTrigger));
    go();
  }

  function arrive(isElsewhere) {
    isDue = true;
    if (isElsewhere) viewed = "";
    look();
  }

  function follow() {
    const { pushState } = history;
    history.pushState = function (...given) {
      const before = here();
      pushState.apply(this, given);
      if (here() !== before) arrive(true);
    };
    on(window, "popstate", () => arrive());
    on(window, "pageshow", ({ persisted }) => persisted && arrive(true));
    on(document, "turbo:visit", () => (isVisiting = true));
    ["turbo:render", "turbo:load"].forEach((type) => on(document, type, () => arrive((isVisiting = false))));
  }

  const triggerOf = (element) => element.dataset.capiTrigger || (element instanceof HTMLFormElement ? "submit" : "click");

  const heard = new Set();
  function listen(type) {
    if (!heard.has(type)) on(document, type, onAct, true);
    heard.add(type);
  }

  function onAct({ target, type }) {
    for (let element = target; element; element = element.parentElement) {
      const acts = element.dataset?.capiOn;
      if (acts && triggerOf(element) === type) [].concat(JSON.parse(acts)).forEach(quietly(fireIsland));
    }
  }

  function start() {
    follow();
    ["submit", "click"].forEach(listen);
    on(document, "click", ({ target }) => consent(target.closest?.("button[data-capi-consent]")?.dataset.capiConsent));
    on(document, "capi:track", ({ detail }) => detail.events.forEach(quietly(fireKnown)));
    on(document, "securitypolicyviolation", (violation) => {
      if (violation.disposition === "report" || !mayFire()) return;
      violations.push(violation);
      ask("late");
    });
    on(document, "visibilitychange", () => (document.hidden ? flush(true) : notice()));
    if (window.cookieStore) on(cookieStore, "change", notice);
    on(window, "pagehide", () => {
      release();
      judge(true);
      flush(true);
      carry();
    });
    on(document, "DOMContentLoaded", looked);
    new MutationObserver(look).observe(root, { childList: true, subtree: true });
    heed();
    looked();
    config.bridges?.forEach(bring);
    tell("capi:ready", { state: answer() });
  }

  const core = { config, landing, who, script, theirs, shown, pending, failed, violations, pixel, isBusy, attempt, on };
  Object.assign(core, { cookie, keep, drop, domain, stated, forget, heed, ready, isPrivate, mayFire, call, init, fire, fireKnown, ask, say, receive });
  window.capi = { consent: quietly(consent), track: (...given) => quietly(track)(...given) || "", bridge: quietly(bridge) };
  if (config.script) {
    window.fbq = window._fbq = fbq;
    theirs?.queue?.splice(0).forEach((given) => fbq(...given));
  }
  if (document.prerendering) on(document, "prerenderingchange", start, { once: true });
  else quietly(start)();
})();
