// The shop's own niceties. Every page works without them, but for the consent banner, which only a script could obey.
(function () {
  "use strict";

  // One question, asked while there is no answer; "Ad choices" in the footer asks it again.
  var banner = document.querySelector("[data-consent-banner]");
  if (banner) {
    banner.hidden = /(?:^|;\s*)capi_consent=[^;]/.test(document.cookie);
    document.addEventListener("click", function (event) {
      var target = event.target instanceof Element ? event.target : null;
      if (!target) return;
      if (target.closest("[data-capi-consent]")) banner.hidden = true;
      if (target.closest("[data-open-consent]")) {
        banner.hidden = false;
        banner.querySelector("button").focus();
      }
    });
  }

  // A changed quantity saves itself.
  document.querySelectorAll(".line-form").forEach(function (form) {
    form.classList.add("auto");
    form.addEventListener("change", function () {
      if (form.reportValidity()) form.requestSubmit();
    });
  });

  // Waiting for payment: ask for two minutes, then leave it to the visitor. The page turns into a thank-you in place:
  // nothing is loaded, so no view is counted, and the sale that the webhook told of stays one without a browser.
  var waiting = document.querySelector("[data-waiting]");
  var left = 60;
  function ask() {
    if (left-- <= 0) return;
    fetch(waiting.dataset.waiting, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : {}; })
      .catch(function () { return {}; })
      .then(function (order) {
        if (!order.paid) return setTimeout(ask, 2000);
        waiting.hidden = true;
        document.querySelector("[data-paid]").hidden = false;
      });
  }
  if (waiting) setTimeout(ask, 2000);
})();
