/* capi-sale.js: the browser's copy of an order, once for each browser, whatever is reloaded or opened in a second tab. */
"use strict";

capi.bridge("sale", ({ attempt, on, failed, mayFire, isPrivate, fireKnown }) => {
  const SOLD = "capi_sold"; // this and the lock on it; where storage is forbidden, the server's receipt does the same
  const MAX_SOLD = 20;

  const keyOf = ({ pixel, id }) => `${pixel} ${id}`;
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
    fireKnown(sale);
  }

  // What was blocked, a reload may try again; what was late, the next page has by now.
  on(window, "pagehide", () => {
    const blocked = failed.map(({ told }) => keyOf(told));
    if (blocked.length) remember(sold().filter((key) => !blocked.includes(key)));
  });

  return (sale) => {
    const once = () => attempt(() => sell(sale));
    if (navigator.locks) navigator.locks.request(SOLD, once).catch(once); // two tabs, one at a time
    else once();
  };
});
