/* capi-track.js: events that no island holds. capi.track() brings them, or the cookie capi_next, by which the server hands
   over the browser's copies of what it has stored already. */
"use strict";

capi.bridge("track", ({ config, shown, cookie, drop, fire, fireKnown }) => {
  const STANDARD = [
    "AddPaymentInfo", "AddToCart", "AddToWishlist", "CompleteRegistration", "Contact", "CustomizeProduct", "Donate",
    "FindLocation", "InitiateCheckout", "Lead", "PageView", "Schedule", "Search", "StartTrial", "SubmitApplication",
    "Subscribe", "ViewContent",
  ];
  const MAX_DATA = 24000; // bytes that the relay takes
  const MAX_QUANTITY = 10000;
  const IDS = ["content_ids", "contents", "order_id", "item_number"]; // of digits and long words, which are nobody's
  const WORDLESS = ["content_ids", "content_type", "delivery_category", "item_number", "num_items", "order_id", "status"];
  // An e-mail address, a token, a phone number as it is written abroad, a card's number.
  const PERSONAL = /[^\s@"]@[^\s@"]+\.[a-z]|%40|eyJ[\w-]{8,}|(^|[^\w+])(\+|00)[1-9]([ ()./-]{0,3}\d){7,14}(?!\d)|(^|\D)[2-6]([ -]?\d){14,18}(?!\d)/i;

  // JSON in UTF-8 in the alphabet of URLs.
  function decode(text) {
    const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  function takeNext() {
    const text = cookie("capi_next");
    drop("capi_next");
    if (text) decode(text).forEach(fireKnown);
  }

  function track(name, text, { eventId: id, pixel: aliases = config.page, isAdopted }) {
    const isCustom = !STANDARD.includes(name);
    if (isCustom && !(config.events || []).includes(name)) throw new Error(`${name} is not in COLLECT_EVENTS`);
    const event = isCustom ? { name, id, custom: true } : { name, id };
    const given = JSON.parse(text);
    const before = shown.length;
    if (given.item) trackItem(event, given);
    else [].concat(aliases).forEach((pixel) => trackUnsigned({ ...event, pixel }, unpriced(withoutPeople(given))));
    if (isAdopted) shown.length = before; // not of our own making
  }

  function trackUnsigned(event, data) {
    const text = JSON.stringify(data);
    if (new Blob([text]).size > MAX_DATA) throw new Error(`more than ${MAX_DATA} bytes`);
    fire(event, (config.core || []).includes(event.pixel) ? withoutWords(data) : data, { data: text });
  }

  // Neither copy may tell who somebody is. The relay looks more closely; what it leaves out, the pixel may have.
  function withoutPeople(data) {
    const isTelling = ([name, value]) => (IDS.includes(name) ? /@|%40|eyJ/ : PERSONAL).test(JSON.stringify([name, value]));
    return Object.fromEntries(Object.entries(data).filter((one) => !isTelling(one)));
  }

  // A business that Meta restricts tells it numbers and articles, none of its own parameters.
  function withoutWords(data) {
    const kept = Object.entries(data).filter(([name]) => WORDLESS.includes(name));
    const pieces = Array.isArray(data.contents) && { contents: data.contents.map(({ id, quantity }) => ({ id, quantity })) };
    return { ...Object.fromEntries(kept), ...pieces };
  }

  // What nobody signed says nothing of money, on either side.
  function unpriced({ value, currency, predicted_ltv, net_revenue, ...data }) {
    if (Array.isArray(data.contents)) data.contents = data.contents.map(({ item_price, ...content }) => content);
    return data;
  }

  // The token is signed and holds one piece; the server multiplies as we do.
  function trackItem(event, { item, quantity = 1 }) {
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) throw new Error(`quantity ${quantity}`);
    const { pixel, data } = decode(item.split(".")[0]);
    if (data.contents) data.contents[0].quantity = quantity;
    if (data.value) data.value = Number((data.value * quantity).toFixed(6));
    pixel.split(" ").forEach((alias) => fire({ ...event, pixel: alias }, data, { item, quantity }));
  }

  return (name, ...given) => (name === undefined ? takeNext() : track(name, ...given));
});
