/* capi-foreign.js: what other snippets call on fbq. It is counted by pixel and name and told to the shop. Then, as the setting
   says, it goes to their pixels as it is (report), is given an id and relayed where the pixel is ours (adopt), or is dropped
   (refuse). capi.js brings it at the first such call, and only with consent. */
"use strict";

capi.bridge("foreign", ({ config, theirs, shown, on, call, init, say, mayFire, isPrivate }) => {
  const OURS_ALONE = ["PageView", "Purchase"]; // the page's view and the order's sale are told by ourselves, once
  const MAX_KINDS = 50;
  const aliases = new Map(Object.entries(config.pixels).map(([alias, id]) => [id, alias]));
  const named = new Set(); // pixels that others have set up
  const seen = new Set(); // ids of their events
  const calls = [];
  let counts = new Map();
  let isRevoked = false;

  /* Counting */

  function count(pixel, name) {
    const key = JSON.stringify([pixel, String(name).slice(0, 50)]);
    if (counts.has(key) || counts.size < MAX_KINDS) counts.set(key, (counts.get(key) || 0) + 1);
  }

  function report() {
    for (const [key, times] of counts) {
      const [pixel, name] = JSON.parse(key);
      say("foreign", { pixel, name, count: times });
    }
    counts = new Map();
  }

  // What was sent before we came can't be rescued, but the browser remembers its addresses.
  function lookBack() {
    const asked = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
    for (const { host, pathname, searchParams } of asked) {
      const isHit = /\/tr\/?$/.test(pathname) && (host === new URL(config.script, location).host || host.endsWith("facebook.com"));
      if (!isHit || !searchParams.has("id") || searchParams.has("eid")) continue;
      named.add(searchParams.get("id"));
      count(searchParams.get("id"), searchParams.get("ev"));
    }
  }

  /* Commands */

  const commands = {
    init(id, ...more) {
      named.add(String(id));
      if (!aliases.has(String(id))) pass("init", String(id), ...more);
    },
    track: (...given) => targets().forEach((id) => deliver("trackSingle", id, ...given)),
    trackCustom: (...given) => targets().forEach((id) => deliver("trackSingleCustom", id, ...given)),
    trackSingle: (id, ...given) => deliver("trackSingle", String(id), ...given),
    trackSingleCustom: (id, ...given) => deliver("trackSingleCustom", String(id), ...given),
    set(what, value, id) {
      if (!aliases.has(String(id))) pass("set", what, value, id);
    },
  };

  // Who has set up no pixel means the page's.
  const targets = () => (named.size ? [...named] : [].concat(config.page).map((alias) => config.pixels[alias]));

  function pass(...given) {
    if (config.foreign !== "refuse") call(() => given);
  }

  function deliver(command, id, name, data, more) {
    count(id, name);
    const alias = aliases.get(id);
    if (!alias) pass(command, id, name, data, more);
    else if (OURS_ALONE.includes(name) || isRepeated(alias, name, data, more)) return;
    else if (config.foreign === "adopt") capi.track(name, data, { eventId: (more || {}).eventID, pixel: alias, isAdopted: true });
    else if (config.foreign !== "refuse") {
      init(alias);
      pass(command, id, name, isReduced(alias) ? {} : data, more);
    }
  }

  // Such a business tells Meta nothing of its own, and what others put together is unknown.
  const isReduced = (alias) => (config.core || []).includes(alias);

  function isRepeated(alias, name, data, more) {
    const key = more && more.eventID && [alias, name, more.eventID].join(" ");
    const isSeen = seen.has(key);
    if (key) seen.add(key);
    return isSeen || shown.some((own) => own.pixel === alias && own.name === name && isSameThing(own.data, data));
  }

  const contentsOf = ({ content_ids: ids, contents } = {}) => [].concat(ids || (contents || []).map(({ id }) => id)).map(String).sort().join();
  const isSameThing = (one, other) => !contentsOf(one) || !contentsOf(other) || contentsOf(one) === contentsOf(other);

  /* In their turn, after the page's own events */

  function turn() {
    if (document.readyState === "loading") return;
    if (!mayFire() || isPrivate()) calls.length = 0;
    while (calls.length && !isRevoked) run(calls.shift());
    report();
  }

  function run([command, ...given]) {
    if (Object.hasOwn(commands, command)) commands[command](...given);
    else pass(command, ...given);
  }

  // Revoke is a queue, not a stop, and would hold our own events too: it counts for theirs alone.
  function take(given) {
    if (given[0] === "consent") isRevoked = given[1] === "revoke";
    else if (calls.length < 100) calls.push([...given]);
    turn();
  }

  on(document, "DOMContentLoaded", turn);
  if (theirs && theirs.callMethod) lookBack();
  turn(); // whoever sent all before us calls no more
  return take;
});
