/* capi-limited.js: a visitor who allows no more than Limited Data Use, by a choice or by Global Privacy Control. Where that
   is on offer depends on where the visitor is, which only the server can tell: by the cookie capi_ldu, its country and
   state, or 0. Until it has, and where it is not on offer, limited means denied. */
"use strict";

capi.bridge("limited", ({ config, who, ready, cookie, forget, heed }) => {
  let isAsked = !!config.token; // to another origin no cookie of ours is set

  function turn() {
    const [country, state] = cookie("capi_ldu").split(".").map(Number);
    if (country === 1) limit(country, state);
    else if (isAsked || cookie("capi_ldu")) forget();
    else ask();
  }

  // The pixel takes it before it is set up. Where it was set up without, this page has fired its last.
  function limit(...where) {
    if (ready.size) return;
    who.limits = where;
    heed();
  }

  // Says nothing but the cookies that are there. Who is not answered asks again on the next page.
  function ask() {
    isAsked = true;
    fetch(config.collect, { method: "POST", body: "{}", keepalive: true }).then(turn, () => {});
  }

  turn();
  return turn;
});
