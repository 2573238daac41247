// The shop's own niceties. Every page works without them, but for the consent banner, which only a script could obey.
// Navigation swaps <main> and keeps the rest, so everything here listens on the document.
(() => {
  "use strict";

  const LEAVES_WITHIN = 10000;
  const root = document.documentElement;
  root.classList.add("js");

  /* One question, asked while there is no answer; "Ad choices" in the footer asks it again. */

  const banner = document.querySelector("[data-consent-banner]");
  banner.hidden = /(?:^|;\s*)capi_consent=[^;]/.test(document.cookie);
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : root;
    if (target.closest("[data-capi-consent]")) banner.hidden = true;
    if (target.closest("[data-open-consent]")) {
      banner.hidden = false;
      banner.querySelector("button").focus();
    }
  });

  /* The CSRF token: a page that is the same for everybody holds none. It is in the cookie that the header brings. */

  const header = document.querySelector("[data-own]").getAttribute("hx-get");
  const token = () => (document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/) || ["", ""])[1];
  const bringToken = () => fetch(header, { credentials: "same-origin" }).catch(() => {});
  const isOurs = (form) => new URL(form.getAttribute("action") || "", location.href).origin === location.origin;

  function fill(form) {
    let field = form.querySelector('[name="csrfmiddlewaretoken"]');
    if (field && !field.hasAttribute("data-from-cookie")) return; // the server's own
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name: "csrfmiddlewaretoken" });
      field.setAttribute("data-from-cookie", "");
      form.append(field);
    }
    field.value = token();
  }

  const asked = new WeakSet(); // forms for which a token was brought, or none was to be had
  let busy = new WeakSet(); // forms that wait for it, or leave the page now

  // On the window, so before anybody else: a form that is sent before the cookie is here waits, and one that is on its way
  // is not sent again, so that a double click does and counts nothing twice.
  window.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || !isOurs(form)) return;
    if (!busy.has(form) && (token() || asked.has(form))) return fill(form);
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!busy.has(form)) sendWithToken(form, event.submitter);
  }, true);

  function sendWithToken(form, submitter) {
    asked.add(form);
    busy.add(form);
    bringToken().then(() => {
      busy.delete(form);
      form.requestSubmit(submitter);
    });
  }

  // After everybody else: what no script has taken over, the browser sends. A page that was left may come back as it was,
  // and one whose load was stopped stays.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    busy.add(event.target);
    setTimeout(() => busy.delete(event.target), LEAVES_WITHIN);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) busy = new WeakSet();
  });

  document.addEventListener("htmx:confirm", (event) => {
    if (event.detail.verb === "get" || token()) return;
    event.preventDefault();
    bringToken().then(() => event.detail.issueRequest(true));
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
  });

  /* Navigation */

  const say = (name) => document.body.dispatchEvent(new CustomEvent(name));

  // Only <main> is swapped: styles and scripts that the new page has besides come into the head, and stay.
  function adopt(page) {
    const known = new Set([...document.querySelectorAll("link[href], script[src]")].map((each) => each.href || each.src));
    for (const element of page.head.querySelectorAll("link[rel=stylesheet][href], script[src]")) {
      if (known.has(element.href || element.src)) continue;
      const copy = document.createElement(element.localName); // a parsed script does not run
      for (const { name, value } of element.attributes) copy.setAttribute(name, value);
      document.head.append(copy);
    }
  }

  const isPage = (text) => /<main id="main"/.test(text); // before parsing: what is not ours may break our policy
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "main") return;
    if (isPage(event.detail.serverResponse)) return adopt(parsed(event.detail.serverResponse));
    event.detail.shouldSwap = false; // not one of our pages, such as the admin
    location.assign(event.detail.xhr.responseURL);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.boosted && event.detail.requestConfig.verb === "get") location.assign(event.detail.pathInfo.requestPath);
  });

  // Back and forward bring a page anew, at the height where it was left; to a mark of the same page they only scroll.
  const address = () => location.pathname + location.search;
  let shown = address();
  let top = 0;
  window.addEventListener("popstate", (event) => (top = (event.state || {}).top || 0)); // before htmx writes a new state
  document.addEventListener("htmx:beforeHistoryUpdate", () => history.replaceState({ ...history.state, top: scrollY }, ""));
  document.addEventListener("htmx:pushedIntoHistory", () => (shown = address()));
  document.addEventListener("htmx:historyCacheMiss", (event) => {
    if (event.detail.path === shown) event.preventDefault();
  });
  document.addEventListener("htmx:historyCacheMissLoad", (event) => adopt(parsed(event.detail.response)));
  document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());
  document.addEventListener("htmx:historyRestore", () => {
    shown = address();
    history.replaceState({ ...history.state, top }, "");
    scrollTo({ top, behavior: "instant" });
    say("shop:visit");
    listenForBank();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const { target, requestConfig } = event.detail;
    if (!requestConfig) return; // brought back from history
    if (target.id === "main") arrive();
    if (target.id === "main" || requestConfig.verb !== "get") say("shop:visit");
    listenForBank();
  });

  // Where a full load would put it, for who goes by keyboard or listens.
  function arrive() {
    const main = document.getElementById("main");
    if (!main.contains(document.activeElement)) main.focus({ preventScroll: true });
  }

  /* The product's page */

  document.addEventListener("change", (event) => {
    const option = event.target instanceof Element && event.target.closest(".option");
    if (!option) return;
    for (const name of ["price", "sku"]) {
      document.querySelectorAll(`[data-chosen="${name}"]`).forEach((each) => (each.textContent = option.dataset[name]));
    }
  });

  // The event belongs to the variant, so its attributes stand on the option; this says when.
  function tellAdded(form) {
    const option = form.querySelector('[name="sku"]:checked').closest(".option");
    option.dispatchEvent(new CustomEvent("shop:add", { bubbles: true }));
  }

  const isFetched = (event) => event.submitter && event.submitter.dataset.way === "fetch";

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.add")) return;
    if (!isFetched(event)) return tellAdded(event.target); // the page goes now
    event.preventDefault();
    addByFetch(event.target, event.submitter);
  });

  async function addByFetch(form, button) {
    const note = form.querySelector("#small-cart");
    button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const cart = await answer.json();
      tellAdded(form);
      showPieces(cart.pieces);
      note.textContent = `${cart.title} is in. Pieces in your cart: ${cart.pieces}.`;
    } catch (error) {
      note.textContent = "That did not reach the cart. Please try again.";
    }
    button.disabled = false;
  }

  function showPieces(pieces) {
    const count = document.querySelector("[data-pieces]");
    if (count) Object.assign(count, { textContent: pieces, hidden: !pieces });
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    const button = event.detail.elt;
    if (button.dataset.way === "htmx" && event.detail.xhr.status === 200) tellAdded(button.form);
  });

  /* A changed quantity saves itself. */

  document.addEventListener("change", (event) => {
    const form = event.target.closest(".line-form");
    if (form && form.reportValidity()) form.requestSubmit();
  });

  /* Waiting for payment: ask for two minutes, then leave it to the visitor. The page turns into a thank-you in place:
     nothing is loaded, so no view is counted, and the sale that the webhook told of stays one without a browser. */

  let left = 0;
  let waiting = null;

  function listenForBank() {
    const found = document.querySelector("[data-waiting]");
    if (!found || found === waiting) return;
    waiting = found;
    left = 60;
    setTimeout(ask, 2000);
  }

  function ask() {
    if (!waiting || !waiting.isConnected) return (waiting = null);
    if (left-- <= 0) return giveUp();
    fetch(waiting.dataset.waiting, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : {}))
      .catch(() => ({}))
      .then((order) => (order.paid ? thank() : setTimeout(ask, 2000)));
  }

  function giveUp() {
    waiting.querySelector("[data-listening]").hidden = true;
    waiting.querySelector("[data-gave-up]").hidden = false;
  }

  function thank() {
    const paid = document.querySelector("[data-paid]");
    if (!waiting.isConnected || !paid) return;
    waiting.hidden = true;
    paid.hidden = false;
  }

  listenForBank();
})();
