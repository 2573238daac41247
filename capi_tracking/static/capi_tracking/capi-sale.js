/* capi-sale.js: the browser's copy of an order, once for each browser, whatever is reloaded or opened in a second tab. */
"use strict";

capi.bridge("sale", ({ attempt, quietly, on, pending, mayFire, isPrivate, keyOf, fireKnown }) => {
  const SOLD = "capi_sold"; // this and the lock on it; where storage is forbidden, the server's receipt does the same
  const MAX_SOLD = 20;

  const sold = () => attempt(() => JSON.parse(localStorage.getItem(SOLD))) || [];

  function remember(keys) {
    attempt(() => {
      if (keys.length) localStorage.setItem(SOLD, JSON.stringify(keys.slice(-MAX_SOLD)));
      else localStorage.removeItem(SOLD);
    });
  }

  function sell(sale) {
    if (!mayFire() || isPrivate() || sold().includes(keyOf(sale))) return;
    remember([...sold(), keyOf(sale)]);
    fireKnown({ ...sale, door: "sale" }); // by which the next page takes it, if this one is left too soon
  }

  // What the pixel has not taken yet was not told to anybody, so a reload may.
  on(window, "pagehide", () => {
    const untold = new Set([...pending].map(({ told }) => keyOf(told)));
    if (sold().some((key) => untold.has(key))) remember(sold().filter((key) => !untold.has(key)));
  });

  return (sale) => {
    const once = () => quietly(sell)(sale);
    if (navigator.locks) navigator.locks.request(SOLD, once).catch(once); // two tabs, one at a time
    else once();
  };
});
