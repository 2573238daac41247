/* capi-late.js: for a pixel that is late or blocked. It says which; and what the page before could not hand over, it fires
   under the same id. */
"use strict";

capi.bridge("late", ({ config, script, pending, violations, attempt, ...core }) => {
  const PATIENCE_MS = 5000; // a pixel that is not there by then is blocked; if it comes after all, that counts too
  const FRESH_MS = 5 * 60 * 1000;
  const CARRY = "capi_carry";
  const now = () => performance.now();
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
      if (isRefused) entry.failure = "policy";
      if (script.type === "error") entry.failure ||= "script_error"; // capi.js does not carry it to the next page
      const [state, detail] = verdict(entry, isLeaving);
      if (state && state !== entry.state) core.receive(entry, state, detail);
      entry.state = state || entry.state;
    }
  }

  function verdict(entry, isLeaving) {
    if (entry.failure) return ["blocked", entry.failure];
    const isThere = core.pixel().callMethod;
    if (isThere && !core.isBusy()) return []; // capi.js says so itself, in a moment
    if (now() - entry.at > PATIENCE_MS) return ["blocked", isThere ? "queue" : "no_call_method"];
    return isLeaving ? ["unknown", "left"] : [];
  }

  /* From the page before, whose storage is this tab's alone */

  function take() {
    const all = attempt(() => JSON.parse(sessionStorage.getItem(CARRY))) || [];
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
    if (!isLeaving) take();
  };
  turn();
  return turn;
});
