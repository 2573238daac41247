/* Tells that something new has arrived, and changes nothing that is being read. Without it the page works as well. */
(function () {
  "use strict";

  const EVERY = 3000;
  const news = document.querySelector(".news");
  const known = document.documentElement.dataset.requests;

  function say(text) {
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Show it";
    link.addEventListener("click", (event) => {
      event.preventDefault();
      location.reload();
    });
    news.replaceChildren(text + " ", link);
  }

  async function ask() {
    if (document.hidden || news.dataset.told) return;
    try {
      const answer = await fetch("/sandbox/news.json", { cache: "no-store" });
      const counts = await answer.json();
      if ([counts.graph, counts.pixel].join(" ") === known) return;
      news.dataset.told = "yes";
      say("Something new has arrived.");
    } catch {
      news.textContent = "The sandbox does not answer: it may have been stopped.";
    }
  }

  // An open event stays open over a refresh of this tab.
  function keepOpen(details) {
    const key = "sandbox-open-" + details.dataset.keep;
    const before = sessionStorage.getItem(key);
    if (before !== null) details.open = before === "yes";
    details.addEventListener("toggle", () => sessionStorage.setItem(key, details.open ? "yes" : "no"));
  }

  function localise(time) {
    const at = new Date(time.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    time.title = time.textContent;
    time.textContent = isToday ? clock : `${at.toLocaleDateString([], { day: "numeric", month: "short" })} ${clock}`;
  }

  document.querySelectorAll("details[data-keep]").forEach(keepOpen);
  document.querySelectorAll("time").forEach(localise);
  setInterval(ask, EVERY);
})();
