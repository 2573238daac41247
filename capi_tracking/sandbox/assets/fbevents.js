/* A stand-in for Meta's pixel script, for tests and the demo. It behaves as the real one was seen to behave, traps
   included, and sends every hit to the origin that it was loaded from. Load it with ?drop_bots=1 and it stays silent
   for headless browsers and crawlers, as newer builds do. */
(function () {
  "use strict";

  const fbq = window.fbq;
  const source = document.currentScript && document.currentScript.src;
  if (!fbq || !source || fbq.callMethod) return;

  const here = new URL(source);
  const endpoint = new URL("/tr/", here).href;
  const dropsBots = here.searchParams.get("drop_bots") === "1";
  const startedAt = Date.now();
  const LONGEST_GET = 2048;
  const HEX = /^([0-9a-f]{64}|[0-9a-f]{32})$/i;
  const BOT = /headless|bot\b|crawl|spider/i;

  // Both flags count as they are when this file loads: setting them later changes nothing.
  const followsHistory = fbq.disablePushState !== true;
  const oncePerPage = fbq.disablePushState === true && fbq.allowDuplicatePageViews !== true;

  const pixels = new Map(); // id -> {id, userData, ready, agent, automatic, viewed}
  const withoutAutomatic = new Set();
  const agents = new Map();
  const waiting = []; // hits that consent holds back
  let revoked = false;
  let options = null;
  let counter = 0;

  /* Cookies */

  function cookie(name) {
    const found = document.cookie.split("; ").find((one) => one.startsWith(name + "="));
    return found ? found.slice(name.length + 1) : "";
  }

  function isClickId(value) {
    const parts = value.split(".");
    return parts[0] === "fb" && (parts.length === 4 || parts.length === 5);
  }

  // The widest domain that the browser accepts; its place in the host is the second segment of the value.
  function store(name, payload) {
    const labels = location.hostname.split(".");
    for (let index = 0; index < labels.length; index += 1) {
      const value = ["fb", index, Date.now(), payload].join(".");
      const domain = labels.slice(labels.length - 1 - index).join(".");
      document.cookie = `${name}=${value}; domain=.${domain}; path=/; max-age=7776000; SameSite=Lax`;
      if (cookie(name) === value) return;
    }
    const value = ["fb", labels.length - 1, Date.now(), payload].join(".");
    document.cookie = `${name}=${value}; path=/; max-age=7776000; SameSite=Lax`;
  }

  function writeCookies() {
    if (!isClickId(cookie("_fbp"))) store("_fbp", Math.floor(1e9 + Math.random() * 1e9));
    const click = new URLSearchParams(location.search).get("fbclid");
    if (!click) return;
    const payload = click.replaceAll(".", "__DOT__");
    if (cookie("_fbc").split(".")[3] !== payload) store("_fbc", payload);
  }

  /* Advanced matching: only texts survive, hashes pass, and nothing but an e-mail is normalised. */

  async function sha256(text) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function normalised(key, value) {
    if (key !== "em") return value;
    const address = value.trim().toLowerCase();
    return /^\S+@\S+\.\S+$/.test(address) ? address : "";
  }

  function readUserData(pixel, given) {
    const plain = [];
    for (const [key, value] of Object.entries(given || {})) {
      if (typeof value !== "string" || !value) continue;
      if (HEX.test(value)) pixel.userData[key] = value.toLowerCase();
      else if (normalised(key, value)) plain.push([key, normalised(key, value)]);
    }
    if (!plain.length || !window.crypto || !crypto.subtle) return;
    const hashed = plain.map(async ([key, value]) => (pixel.userData[key] = await sha256(value)));
    pixel.ready = Promise.all(hashed).then(() => (pixel.ready = null));
  }

  /* Sending */

  function text(value) {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  function parameters(pixel, hit) {
    const all = { id: pixel.id, ev: hit.name, dl: location.href, rl: document.referrer, if: window.top !== window, ts: Date.now() };
    for (const [key, value] of Object.entries(hit.data || {})) {
      if (value !== undefined && value !== null && typeof value !== "function") all[`cd[${key}]`] = text(value);
    }
    for (const [key, value] of Object.entries(pixel.userData)) all[`ud[${key}]`] = value;
    Object.assign(all, { sw: screen.width, sh: screen.height, v: "stand-in", r: "sandbox", ec: counter, it: startedAt });
    counter += 1;
    if (agents.get(pixel.id) || pixel.agent) all.a = agents.get(pixel.id) || pixel.agent;
    if (cookie("_fbp")) all.fbp = cookie("_fbp");
    if (cookie("_fbc")) all.fbc = cookie("_fbc");
    if (hit.eventId) all.eid = hit.eventId;
    if (hit.automatic) all.es = "automatic";
    return Object.assign(all, options || {});
  }

  function postForm(all) {
    const frame = document.createElement("iframe");
    const form = document.createElement("form");
    frame.name = "pixel" + Math.random().toString(36).slice(2);
    frame.style.display = form.style.display = "none";
    Object.assign(form, { method: "post", action: endpoint, target: frame.name, acceptCharset: "utf-8" });
    for (const [name, value] of Object.entries(all)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: name, value: value });
      form.append(input);
    }
    document.documentElement.append(frame, form);
    form.submit();
    form.remove();
    frame.addEventListener("load", () => setTimeout(() => frame.remove(), 1000));
  }

  function transmit(pixel, hit) {
    const all = parameters(pixel, hit);
    const url = endpoint + "?" + new URLSearchParams({ ...all, rqm: "GET" });
    if (url.length < LONGEST_GET) new Image().src = url;
    else postForm({ ...all, rqm: "formPOST" });
  }

  function send(pixel, hit) {
    if (dropsBots && BOT.test(navigator.userAgent)) return;
    if (revoked) waiting.push([pixel, hit]);
    else if (pixel.ready) pixel.ready.then(() => send(pixel, hit));
    else transmit(pixel, hit);
  }

  function fire(pixel, name, data, extra, automatic) {
    if (name === "PageView" && oncePerPage) {
      if (pixel.viewed) return;
      pixel.viewed = true;
    }
    const eventId = extra && (extra.eventID || extra.event_id);
    send(pixel, { name: name, data: data, eventId: eventId, automatic: automatic });
  }

  /* What the real script does unasked, never with an event id */

  function onClick(event) {
    const button = event.target.closest && event.target.closest("button, [role=button], input[type=submit], input[type=button]");
    if (!button) return;
    const data = { buttonText: (button.innerText || button.value || "").trim().slice(0, 120), pageFeatures: { title: document.title } };
    for (const pixel of pixels.values()) if (pixel.automatic) fire(pixel, "SubscribedButtonClick", data, null, true);
  }

  function onLoaded(action) {
    if (document.readyState === "complete") setTimeout(action);
    else window.addEventListener("load", () => setTimeout(action));
  }

  function fireMicrodata(pixel) {
    const graph = {};
    document.querySelectorAll("meta[property^='og:']").forEach((tag) => (graph[tag.getAttribute("property")] = tag.content));
    fire(pixel, "Microdata", { Meta: { title: document.title }, OpenGraph: graph }, null, true);
  }

  function followHistory() {
    let before = location.href;
    const moved = () => {
      if (before === location.href) return;
      before = location.href;
      for (const pixel of pixels.values()) fire(pixel, "PageView");
    };
    for (const name of ["pushState", "replaceState"]) {
      const original = history[name];
      history[name] = function (...given) {
        const result = original.apply(this, given);
        moved();
        return result;
      };
    }
    window.addEventListener("popstate", moved);
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) for (const pixel of pixels.values()) fire(pixel, "PageView");
    });
  }

  /* Commands */

  const commands = {
    init(id, userData, extra) {
      id = String(id);
      if (pixels.has(id)) return; // only the first one counts
      const pixel = { id: id, userData: {}, ready: null, automatic: !withoutAutomatic.has(id), viewed: false };
      pixel.agent = extra && extra.agent;
      pixels.set(id, pixel);
      readUserData(pixel, userData);
      if (!revoked) writeCookies();
      if (pixel.automatic) onLoaded(() => fireMicrodata(pixel));
    },
    track(name, data, extra) {
      for (const pixel of pixels.values()) fire(pixel, name, data, extra);
    },
    trackSingle(id, name, data, extra) {
      const pixel = pixels.get(String(id));
      if (pixel) fire(pixel, name, data, extra);
    },
    consent(answer) {
      revoked = answer === "revoke" ? true : answer === "grant" ? false : revoked;
      if (revoked || answer !== "grant") return;
      if (pixels.size) writeCookies();
      for (const [pixel, hit] of waiting.splice(0)) send(pixel, hit);
    },
    set(what, value, id) {
      if (what === "autoConfig" && (value === false || value === "false")) withoutAutomatic.add(String(id));
      if (what === "agent") agents.set(String(id), value);
    },
    dataProcessingOptions(chosen, country, state) {
      options = { dpo: (chosen || []).join(",") };
      if (country !== undefined) options.dpoco = country;
      if (state !== undefined) options.dpost = state;
    },
  };
  commands.trackCustom = commands.track;
  commands.trackSingleCustom = commands.trackSingle;

  function run(command, ...given) {
    if (Object.hasOwn(commands, command)) commands[command](...given);
    else console.warn("Unknown pixel command:", command);
  }

  document.addEventListener("click", onClick, true);
  if (followsHistory) followHistory();
  fbq.callMethod = run;
  while (fbq.queue.length) run(...fbq.queue.shift());
})();
