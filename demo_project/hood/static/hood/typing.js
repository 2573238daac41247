/* typing.js: what becomes of customer data, shown while it is typed. The shop's own server works it out; asked only while
   the drawer is open, and never for a password. */
(() => {
  "use strict";

  const PAUSE = 350;
  const LABELS = {
    email: "E-mail",
    phone: "Phone",
    first_name: "First name",
    last_name: "Last name",
    city: "City",
    postal_code: "Postcode",
    country: "Country",
  };

  const hood = () => document.getElementById("hood");
  const part = (name, within = hood()) => within.querySelector(`[data-hood-${name}]`);
  const isOpen = () => document.documentElement.dataset.hood === "open";
  if (!hood()) return;

  let form = null; // the one that is being typed into
  let timer = 0;
  let request = null;

  function known(within) {
    const fields = within ? [...within.elements].filter((field) => LABELS[field.name]) : [];
    return fields.filter((field) => !["password", "hidden"].includes(field.type) && field.value.trim());
  }

  // A country that stands chosen from the start was typed by nobody.
  const isFilled = (within) => known(within).some((field) => !(field instanceof HTMLSelectElement));

  function later() {
    clearTimeout(timer);
    timer = setTimeout(preview, PAUSE);
  }

  function onInput({ target }) {
    if (!(target instanceof Element) || !LABELS[target.name] || !target.form) return;
    form = target.form;
    later();
  }

  function preview() {
    if (request) request.abort();
    if (!form || !form.isConnected) form = [...document.forms].find(isFilled) || null;
    if (isOpen() && isFilled(form)) ask(new URLSearchParams(known(form).map((field) => [field.name, field.value])));
    else draw([]);
  }

  // Another page: its form may come filled in.
  function look() {
    if (!form || !form.isConnected) preview();
  }

  async function ask(body) {
    const asking = (request = new AbortController());
    const headers = { "X-CSRFToken": token() };
    try {
      const response = await fetch(hood().dataset.hashes, { method: "POST", body, headers, signal: asking.signal });
      draw(response.ok ? (await response.json()).rows : [], body);
    } catch (error) {
      if (!asking.signal.aborted) draw([]);
    }
  }

  function token() {
    const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
    return cookie ? cookie.slice("csrftoken=".length) : (form.elements.csrfmiddlewaretoken || {}).value || "";
  }

  function draw(rows, typed) {
    part("typed").hidden = !rows.length;
    part("idle").hidden = rows.length > 0;
    part("rows").replaceChildren(...rows.map((row) => line(row, typed.get(row.field))));
  }

  function line(row, text) {
    const drawn = part("row").content.firstElementChild.cloneNode(true);
    const texts = { name: LABELS[row.field], key: row.key, text, normal: row.normal || row.note, hash: row.hash };
    for (const [name, value] of Object.entries(texts)) part(name, drawn).textContent = value || "nothing";
    drawn.dataset.field = row.field;
    return drawn;
  }

  document.addEventListener("input", onInput);
  document.addEventListener("htmx:afterSettle", look);
  document.addEventListener("htmx:historyRestore", look);
  document.addEventListener("htmx:beforeHistorySave", () => draw([])); // what was typed is nothing for a snapshot
  new MutationObserver(preview).observe(document.documentElement, { attributeFilter: ["data-hood"] });
  if (isOpen()) preview();
})();
