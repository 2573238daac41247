/* capi-google.js: listens to Google's consent mode on the page's data layer and hands the visitor's answer on. What is set
   as a default, for everybody or for a region, is the shop's word and none of the visitor's: it grants nothing. */
"use strict";

capi.bridge("google", ({ stated, attempt, on }) => {
  const NEEDED = ["ad_storage", "ad_user_data"];

  let layer; // the one that we listen to
  const updated = {}; // what the visitor has said
  let heard = ""; // the last answer on this page

  function take(entry) {
    const [command, kind, given] = Array.from(entry?.length ? entry : []);
    if (command !== "consent" || kind !== "update" || !given) return;
    for (const name of NEEDED) if (name in given) updated[name] = given[name];
  }

  function takeAll(entries) {
    entries.forEach(take);
    speak(stateOf());
  }

  // Half an answer is none, but a refusal of either is one.
  function stateOf() {
    if (NEEDED.some((name) => updated[name] === "denied")) return "denied";
    return NEEDED.every((name) => updated[name] === "granted") ? "granted" : "";
  }

  // Platforms repeat on every page what they have stored. That fills a gap or takes back; what differs from the answer
  // before it on the same page is the visitor's own act, and counts whatever was said elsewhere.
  function speak(state) {
    const isAct = heard && heard !== state;
    heard = state || heard;
    const before = stated();
    if (state && state !== before && (isAct || before === "unknown" || state === "denied")) capi.consent(state);
  }

  // What stands in it already counts as one answer.
  function listen() {
    if (!Array.isArray(window.dataLayer) || window.dataLayer === layer) return;
    layer = window.dataLayer;
    const { push } = layer;
    layer.push = function (...entries) {
      const result = push.apply(this, entries);
      attempt(() => takeAll(entries));
      return result;
    };
    takeAll(layer);
  }

  const look = () => attempt(listen);
  on(document, "load", look, true); // of any script
  on(document, "DOMContentLoaded", look);
  look();
});
