/* capi-late.js: for a pixel that is late or blocked. It says which, and what was not handed over when the page is left, it
   keeps for the next page, which fires it under the same id. */
"use strict";

capi.bridge("late", ({ config, fbq, script, waiting, pending, violations, used, attempt, now, keyOf, ...core }) => {
  const PATIENCE_MS = 5000; // a pixel that is not there by then is blocked; if it comes after all, that counts too
  const FRESH_MS = 5 * 60 * 1000;
  const MAX_CARRIED = 20;
  const CARRY = "capi_carry";
  const told = new Set(); // kinds of violations
  let isRefused = false; // the script itself, by a policy

  /* Receipts */

  const hostOf = (address) => attempt(() => new URL(address, location).host);
  const isPixelHost = (host) => host === hostOf(config.script) || /(^|\.)facebook\.(com|net)$/.test(host);

  function learn({ blockedURI, sourceFile, effectiveDirective: directive }) {
    const host = hostOf(blockedURI) || "";
    if (!isPixelHost(host) && !/\/capi(-\w+)?(\.\w+)?\.js$/.test(sourceFile)) return;
    if (!told.has(directive + host)) core.say("violations", { directive, host });
    told.add(directive + host);
    if (!isPixelHost(host)) return;
    if (directive.startsWith("script-src")) isRefused = true;
    const named = [...pending].filter((entry) => blockedURI.includes(entry.told.id));
    (named.length ? named : pending).forEach((entry) => (entry.failure = "policy"));
  }

  function judge(isLeaving) {
    violations.splice(0).forEach(learn);
    for (const entry of pending) {
      const [state, detail] = verdict(entry, isLeaving);
      if (state && state !== entry.state) core.receive(entry, state, detail);
      entry.state = state || entry.state;
    }
  }

  function verdict(entry, isLeaving) {
    if (entry.failure || isRefused) return ["blocked", "policy"];
    if (script.type === "error") return ["blocked", "script_error"];
    const isThere = core.pixel().callMethod;
    if (isThere && !core.isBusy()) return []; // capi.js says so itself, in a moment
    if (now() - entry.at > PATIENCE_MS) return ["blocked", isThere ? "queue" : "no_call_method"];
    return isLeaving ? ["unknown", "left"] : [];
  }

  /* From page to page. Storage is this tab's alone. */

  const carried = () => attempt(() => JSON.parse(sessionStorage.getItem(CARRY))) || [];

  // This page may be shown again, and must not have what the next one takes.
  function carry() {
    const left = [...pending].filter((entry) => !entry.failure && !isRefused && script.type !== "error");
    const calls = left.map(({ event, at }) => ({ name: event.door || "known", given: [event], at: Date.now() - now() + at }));
    const asked = waiting.filter(({ name }) => name === "track" || name === "sale").map((one) => ({ ...one, at: Date.now() }));
    const all = [...carried(), ...asked, ...calls].slice(-MAX_CARRIED);
    if (all.length && core.mayFire()) attempt(() => sessionStorage.setItem(CARRY, JSON.stringify(all)));
    left.forEach(letGo);
  }

  function letGo(entry) {
    pending.delete(entry);
    used.delete(keyOf(entry.told));
    fbq.queue.splice(0, Infinity, ...fbq.queue.filter((given) => !given[4] || given[4].eventID !== entry.told.id));
  }

  function take() {
    const all = carried();
    if (!all.length || !core.mayFire() || core.isPrivate()) return;
    attempt(() => sessionStorage.removeItem(CARRY));
    for (const { name, given, at } of all) {
      if (Math.abs(Date.now() - at) > FRESH_MS) continue;
      if (name === "known") core.fireKnown(...given);
      else core.ask(name, ...given);
    }
  }

  const turn = (isLeaving) => {
    judge(isLeaving);
    if (isLeaving) carry();
    else take();
  };
  turn();
  return turn;
});
