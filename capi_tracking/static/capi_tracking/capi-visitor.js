/* capi-visitor.js: who it is, where capi.js can't tell by a look at the cookies. It writes _fbp and _fbc before the pixel
   does, and fetches the hashes of somebody logged in. capi.js waits for it, but not for long. */
"use strict";

capi.bridge("visitor", ({ config, landing, who, cookie, keep, drop, domain }) => {
  const [address, referrer] = landing;
  const COOKIE_DAYS = 90;
  const FIRST_MS = 1e12; // a clock that was never set lacks the 13th digit, and nobody would take the cookie

  const isCookie = (value) => /^fb\.\d{1,2}\.\d{13}\../.test(value);
  const random = () => Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part % 1e9).join("");

  // Segments end at dots, so the pixel writes a click id's own dots in this way.
  const escaped = (click) => click.replace(/\./g, "__DOT__");

  // Of two under one name the pixel would read whichever comes first, and write a third.
  function unite(name) {
    const newest = cookie(name);
    if (document.cookie.split(`${name}=`).length < 3) return;
    drop(name);
    keep(name, newest, COOKIE_DAYS);
  }

  function mint() {
    ["_fbp", "_fbc"].forEach(unite);
    if (!isCookie(cookie("_fbp"))) mark("_fbp", random());
    const click = clickId();
    if (click && !isSameClick(cookie("_fbc"), click)) mark("_fbc", escaped(click));
  }

  function mark(name, payload) {
    const isAddress = /^[\d.]+$|:/.test(location.hostname);
    const depth = isAddress ? 1 : (domain() || "host").split(".").length - 1;
    keep(name, ["fb", depth, Math.max(Date.now(), FIRST_MS), payload].join("."), COOKIE_DAYS);
  }

  // From this address; before there is any, from the page of ours that led here.
  function clickId() {
    const isOwn = referrer.startsWith(location.origin + "/");
    const click = clickIn(address) || (isOwn && !isCookie(cookie("_fbc")) && clickIn(referrer)) || "";
    return /^[\w~%+=*.-]{1,480}$/.test(click) ? click : "";
  }

  const clickIn = (page) => new URL(page).searchParams.get("fbclid");

  // A fifth segment may follow, and is kept.
  function isSameClick(value, click) {
    const payload = value.split(".").slice(3);
    return isCookie(value) && (payload[0] === escaped(click) || payload.join(".") === click);
  }

  async function learn() {
    if (!config.match || !cookie("capi_in")) return;
    const answer = await fetch(config.match, { credentials: "same-origin" });
    who.keys = await answer.json();
  }

  // To another origin no cookie travels by itself.
  const told = () => ({ token: config.token, fbp: cookie("_fbp"), fbc: cookie("_fbc"), consent: cookie("capi_consent") });
  if (config.token) who.tell = told;

  return (release) => {
    mint();
    learn().catch(() => {}).then(release);
  };
});
