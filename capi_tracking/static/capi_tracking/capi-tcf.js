/* capi-tcf.js: listens to a consent platform of IAB Europe's framework (TCF 2.2) and hands the visitor's answer on. Meta is
   not on the framework's own list of vendors, so it is looked for where platforms keep the others: in addtlConsent. */
"use strict";

capi.bridge("tcf", ({ config, stated, attempt, on }) => {
  const PURPOSES = [1, 3, 4, 7]; // to store on a device, to make and use profiles for ads, to measure them
  const META = "89"; // among Google's ad technology providers, by whose numbers addtlConsent goes
  const DECISECONDS = 10;
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  const isAnswer = /^(tcloaded|useractioncomplete)$/;
  let listened; // the platform's function that hears us already

  function hear(data, isGood) {
    if (!isGood || data?.gdprApplies !== true || !isAnswer.test(data.eventStatus) || isOld(data.tcString)) return;
    const state = stateOf(data);
    if (state) speak(state, data.eventStatus === "useractioncomplete");
  }

  // What was stored fills a gap or takes back; only the visitor's own act undoes what was refused elsewhere.
  function speak(state, isAct) {
    const before = stated();
    if (state !== before && (isAct || before === "unknown" || state === "denied")) capi.consent(state);
  }

  function stateOf({ purpose, addtlConsent }) {
    if (!PURPOSES.every((number) => purpose?.consents?.[number] === true)) return "denied";
    if (typeof addtlConsent !== "string") return ""; // the visitor was not asked about Meta
    return vendorsIn(addtlConsent).includes(META) ? "granted" : "denied";
  }

  // "2~89.1205~dv.70" names those allowed, then those that were only shown.
  const vendorsIn = (text) => (text.split("~")[1] || "").split(".");

  // The platform's string holds in bits 42 to 77 when the visitor last answered.
  function isOld(text) {
    const letters = [...(text || "").slice(7, 13)];
    const at = letters.reduce((sum, letter) => sum * 64 + ALPHABET.indexOf(letter), 0) / DECISECONDS;
    return letters.length === 6 && Date.now() / 1000 - at > config.days * 86400;
  }

  // A platform may come late, put its whole self in the place of a stub, or never come.
  function listen() {
    const platform = window.__tcfapi;
    if (typeof platform !== "function" || platform === listened) return;
    listened = platform;
    platform("addEventListener", 2, (...given) => attempt(() => hear(...given)));
  }

  const look = () => attempt(listen);
  on(document, "load", look, true); // of any script
  on(document, "DOMContentLoaded", look);
  look();
});
