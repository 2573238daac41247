// capi.js tells its first events before hood.js can listen, and fires a view as soon as a page comes back. So these
// listeners stand before both, and keep what they hear until hood.js is there.
(() => {
  "use strict";

  window.hoodHeard = [];
  const hear = (what) => window.hoodHeard.push(what);
  document.addEventListener("capi:sent", (event) => hear({ sent: { ...event.detail, at: Date.now() } }));
  window.addEventListener("popstate", () => hear({ isFromMemory: false }));
  window.addEventListener("pageshow", (event) => hear({ isFromMemory: event.persisted }));
})();
