/* hood.js: the drawer "Under the hood". It listens to what capi.js tells the page, and asks the shop's own server what
   became of it. It fires nothing, writes no cookie, calls nobody else; while it is closed it only counts. */
(() => {
  "use strict";

  const OPEN = "hood-open"; // both in this tab's storage alone
  const SEEN = "hood-seen";
  const FIRST_PAUSE = 400;
  const LONGEST_PAUSE = 8000;
  const PATIENCE = 120000;
  const MAX_IDS = 20;
  const MAX_PAGES = 12;
  const KEPT_PAGES = 3;

  const ANSWERS = { unknown: "no answer yet", denied: "the answer is no", limited: "only limited use is allowed" };
  const FRESH = 5000; // for so long nothing is late
  const ON_ITS_WAY = ["waiting", "on its way"];
  const BROWSER = {
    "": ["waiting", "no word yet"], unknown: ["waiting", "page was left"], blocked: ["failed", "blocked"],
    handed_over: ["done", "handed over"], none: ["none", "no copy"],
  };
  const SERVER = {
    not_here_yet: ["waiting", "not here yet"], pending: ["waiting", "waiting"], leased: ["waiting", "being sent"],
    sent: ["done", "sent"], skipped: ["none", "skipped"], cancelled: ["none", "cancelled"], held: ["failed", "held"],
    dead: ["failed", "not sent"], expired: ["failed", "expired"],
  };

  // Looked up each time: whatever puts the page back from a snapshot puts other elements in.
  const hood = () => document.getElementById("hood");
  const part = (name, within = hood()) => within.querySelector(`[data-hood-${name}]`);
  const copyOf = (name) => part(name).content.firstElementChild.cloneNode(true);
  if (!hood() || !window.hoodHeard) return;

  const pages = []; // {address, at, events, acts, held, element}, the newest last
  const events = new Map(); // id -> {id, name, at, isOrders, told, element}
  const page = () => pages[pages.length - 1] || {};
  const answer = () => document.documentElement.dataset.capiState || "unknown";

  /* Open and closed */

  const isOpen = () => document.documentElement.dataset.hood === "open";

  function stored(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name));
    } catch (error) {
      return null;
    }
  }

  function store(name, value) {
    try {
      if (value) sessionStorage.setItem(name, JSON.stringify(value));
      else sessionStorage.removeItem(name);
    } catch (error) {
      // No storage here: each page begins with the drawer closed and empty.
    }
  }

  function turn(open) {
    const hadFocus = hood().contains(document.activeElement);
    document.documentElement.dataset.hood = open ? "open" : "closed";
    store(OPEN, open);
    draw();
    if (hadFocus) part("toggle").focus();
    if (!open) return stop();
    askAgain();
  }

  /* What the page tells */

  const addressNow = () => location.pathname + location.search;

  // From ears.js: an event that capi.js sent, or a page that came back.
  const learnOf = ({ sent, isFromMemory }) => (sent ? take(sent) : arrive(isFromMemory));

  function arrive(isNew) {
    if (page().address === addressNow() && !isNew) return;
    begin({ address: addressNow(), at: Date.now() });
    if (pages.length > MAX_PAGES) drop(pages.shift());
    soon();
    askAgain();
  }

  function begin({ address, at, events: fired = [] }) {
    pages.push({ address, at, events: fired, acts: [], held: [] });
    fired.forEach((event) => events.set(event.id, event));
  }

  function drop(old) {
    old.events.forEach((event) => events.delete(event.id));
    if (old.element) old.element.remove();
  }

  function take(sent) {
    if (events.has(sent.id)) return;
    page().address = addressNow(); // capi.js cleans it before it fires
    add({ ...sent, told: {} });
    askAgain();
  }

  function add(event) {
    events.set(event.id, event);
    page().events.push(event);
    soon();
  }

  // Islands that capi.js has not touched, the page's own view, and what the visitor did meanwhile.
  function heldBack() {
    if (answer() === "granted") return page().acts;
    const islands = "script[data-capi-event]:not([data-capi-fired]), script[data-capi-purchase]:not([data-capi-fired])";
    const names = [...document.querySelectorAll(islands)].map((island) => nameIn(island.textContent));
    const isViewed = page().events.some((event) => event.name === "PageView");
    return [...(isViewed ? [] : ["PageView"]), ...names, ...page().acts];
  }

  function nameIn(text) {
    try {
      return JSON.parse(text).name;
    } catch (error) {
      return "unreadable";
    }
  }

  const triggerOf = (element) => element.dataset.capiTrigger || (element instanceof HTMLFormElement ? "submit" : "click");

  const heard = new Set();
  function hear(type) {
    if (!heard.has(type)) document.addEventListener(type, onAct, true);
    heard.add(type);
  }

  function onAct(event) {
    const element = event.target instanceof Element && event.target.closest("[data-capi-on]");
    if (!element || answer() === "granted" || triggerOf(element) !== event.type) return;
    page().acts.push(nameIn(element.dataset.capiOn));
    soon();
  }

  // A form that is sent by the browser itself leaves a page whose last event is still on its way: the next one shows it.
  function leave() {
    stop();
    const fired = pages.filter((each) => each.events.length).slice(-KEPT_PAGES);
    const plain = fired.map(({ address, at, events: each }) => ({ address, at, events: each.map(withoutElement) }));
    store(SEEN, answer() === "granted" && plain.length && plain);
  }

  const withoutElement = ({ element, ...event }) => event;

  /* Asking the server */

  let timer = 0;
  let pause = FIRST_PAUSE;
  let until = 0;
  let request = null;

  function stop() {
    clearTimeout(timer);
    if (request) request.abort();
    request = null;
  }

  function askAgain() {
    stop();
    pause = FIRST_PAUSE;
    until = Date.now() + PATIENCE;
    askLater();
  }

  function askLater() {
    if (isOpen() && Date.now() < until && query()) timer = setTimeout(ask, pause);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE);
  }

  function orderToken() {
    const [before, after] = hood().dataset.orders.split("TOKEN");
    const path = location.pathname;
    return path.startsWith(before) && path.endsWith(after) ? path.slice(before.length, path.length - after.length) : "";
  }

  // An order's own events end the wait for the order itself.
  function query() {
    const open = [...events.values()].filter((event) => !isSettled(event)).slice(-MAX_IDS);
    const asked = new URLSearchParams(open.map((event) => ["id", event.id]));
    if (orderToken() && !page().isOrderKnown) asked.append("order", orderToken());
    return asked.toString();
  }

  function isSettled({ told, isOrders }) {
    return told.is_settled && (isOrders || ["handed_over", "blocked"].includes(told.receipt));
  }

  async function ask() {
    const asking = (request = new AbortController());
    try {
      const address = `${hood().dataset.state}?${query()}`;
      const response = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`the state was answered with ${response.status}`);
      learn(await response.json());
    } catch (error) {
      if (asking.signal.aborted) return;
      part("trouble").hidden = false;
    }
    askLater();
  }

  function learn(state) {
    part("trouble").hidden = true;
    for (const id of state.order.filter((each) => !events.has(each))) {
      add({ id, name: state.events[id].name, at: Date.now(), isOrders: true, told: {} });
    }
    page().isOrderKnown = page().isOrderKnown || state.order.length > 0;
    for (const [id, told] of Object.entries(state.events)) if (events.has(id)) events.get(id).told = told;
    draw();
  }

  /* Drawing */

  let isDue = false;
  function soon() {
    if (!isDue) setTimeout(draw);
    isDue = true;
  }

  function draw() {
    isDue = false;
    document.querySelectorAll("[data-capi-trigger]").forEach((element) => hear(element.dataset.capiTrigger));
    page().held = heldBack();
    hood().hidden = false;
    part("toggle").setAttribute("aria-expanded", isOpen());
    document.getElementById("hood-panel").hidden = !isOpen();
    show(part("count"), countOf(page()));
    hood().dataset.lamp = page().events.length && answer() === "granted" ? "on" : "off";
    if (!isOpen()) return;
    pages.forEach(drawPage);
    drawConsent();
    announce();
  }

  function show(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function countOf({ events: fired, held }) {
    const some = fired.length || !held.length ? `${fired.length} event${fired.length === 1 ? "" : "s"}` : "";
    return [some, held.length ? `${held.length} held back` : ""].filter(Boolean).join(", ");
  }

  function drawPage(shown) {
    shown.element = shown.element || copyOf("page");
    if (!shown.element.isConnected) {
      part("pages").prepend(shown.element);
      show(part("path", shown.element), shown.address);
      show(part("time", shown.element), clock(shown.at));
    }
    const kept = part("kept", shown.element);
    kept.hidden = !shown.held.length;
    if (shown === page()) show(kept, heldText(shown.held));
    shown.events.forEach((event) => drawEvent(event, part("list", shown.element)));
  }

  function heldText(names) {
    const many = names.length === 1 ? "1 event of this page was" : `${names.length} events of this page were`;
    return `${many} held back: ${ANSWERS[answer()] || "done before your yes"}. ${names.join(", ")}`;
  }

  function drawEvent(event, list) {
    event.element = event.element || newLine(event);
    if (!event.element.isConnected) list.append(event.element);
    const { status = "not_here_yet", receipt = "", seconds, says = "Waiting for both copies.", admin } = event.told;
    tick(part("browser", event.element), "Browser", browserState(event, receipt));
    tick(part("server", event.element), "Server", serverState(event, status), tookText(seconds));
    show(part("says", event.element), says);
    event.element.classList.toggle("hood-paired", Boolean(event.told.is_paired));
    const link = part("admin", event.element);
    link.hidden = !admin;
    if (admin) link.href = admin;
  }

  const isFresh = ({ at, told }) => !told.status || Date.now() - at < FRESH; // or nobody was asked yet

  function browserState(event, receipt) {
    const told = receipt || (event.isOrders ? "none" : "");
    return !told && isFresh(event) ? ON_ITS_WAY : BROWSER[told];
  }

  function serverState(event, status) {
    return isFresh(event) && ["not_here_yet", "pending"].includes(status) ? ON_ITS_WAY : SERVER[status] || ["waiting", status];
  }

  function tookText(seconds) {
    if (typeof seconds !== "number") return "";
    return seconds < 0.1 ? " at once" : ` in ${seconds} s`;
  }

  function newLine(event) {
    const line = copyOf("event");
    show(part("name", line), event.name);
    show(part("time", line), clock(event.at));
    const id = part("copy", line);
    id.dataset.id = event.id;
    id.setAttribute("aria-label", `Copy the whole id of ${event.name}`);
    id.title = event.id;
    show(id, event.id.slice(0, 8));
    return line;
  }

  function tick(element, side, [state, text], more = "") {
    element.dataset.state = state;
    show(element, `${side}: ${text}${more}`);
  }

  const clock = (at) => new Date(at).toLocaleTimeString("en-GB");

  function drawConsent() {
    show(part("script"), scriptState());
    hood().querySelectorAll("[data-hood-cookie]").forEach((cell) => show(cell, cookie(cell.dataset.hoodCookie) || "absent"));
    show(part("held"), page().held.length ? `${page().held.length}: ${page().held.join(", ")}` : "none");
  }

  function scriptState() {
    const config = document.querySelector("script[data-capi-config]");
    if (!config) return "switched off";
    const address = JSON.parse(config.textContent).script;
    if (window.fbq && window.fbq.callMethod) return "loaded";
    return [...document.scripts].some((script) => script.src === address) ? "asked for, not there: blocked?" : "not loaded";
  }

  function cookie(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  // Said aloud only when something was decided, and in one sentence.
  function announce() {
    const settled = page().events.filter(isSettled);
    const paired = settled.filter((event) => event.told.is_paired).length;
    const text = page().held.length ? heldText(page().held) : `${settled.length} events settled, ${paired} paired.`;
    if (settled.length || page().held.length) show(part("status"), text);
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.id);
      show(button, "copied");
    } catch (error) {
      show(button, button.dataset.id); // no clipboard here: the whole id can be marked by hand
    }
  }

  /* Start */

  // A snapshot of the page is to hold nothing of this.
  function forget() {
    part("pages").replaceChildren();
    soon();
  }

  function onClick(event) {
    const button = event.target instanceof Element && event.target.closest("#hood button");
    if (!button) return;
    if (button.matches("[data-hood-toggle]")) turn(!isOpen());
    if (button.matches("[data-hood-copy]")) copy(button);
  }

  function onKey(event) {
    if (event.key === "Escape" && isOpen() && !event.defaultPrevented) turn(false);
  }

  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  ["click", "submit"].forEach(hear);
  ["capi:ready", "htmx:afterSettle"].forEach((type) => document.addEventListener(type, soon));
  ["htmx:pushedIntoHistory", "htmx:historyRestore"].forEach((type) => document.addEventListener(type, () => arrive()));
  document.addEventListener("htmx:historyRestore", soon);
  document.addEventListener("htmx:beforeHistorySave", forget);
  window.addEventListener("pagehide", leave);
  new MutationObserver(soon).observe(document.documentElement, { attributeFilter: ["data-capi-state"] });

  (stored(SEEN) || []).forEach(begin);
  arrive(true);
  window.hoodHeard.splice(0).forEach(learnOf);
  window.hoodHeard = { push: learnOf };
  turn(Boolean(stored(OPEN)));
})();
