"""What the browser itself has seen of a tab: requests, cookies and storage, by its own log and not by our scripts' word."""

# What may be there before consent and after a withdrawal: none of them holds an id of a person.
ALLOWED = {"capi_consent", "capi_next", "capi_off", "capi_in", "capi_ldu"}
STORED = ("domStorageItemAdded", "domStorageItemUpdated")


class BrowserLog:
    """The tab's log from now on."""

    def __init__(self, shop):
        self.shop, self.requests, self.stored = shop, [], []
        self.session = shop.context.new_cdp_session(shop.page)
        self.session.on("Network.requestWillBeSent", lambda said: self.requests.append(said["request"]["url"]))
        for name in STORED:
            self.session.on(f"DOMStorage.{name}", lambda said: self.stored.append(said["key"]))
        self.session.send("Network.enable")
        self.session.send("DOMStorage.enable")

    def forget(self):
        """Only what comes now counts."""
        self.shop.page.evaluate("0")
        self.requests.clear()
        self.stored.clear()

    def to_meta(self):
        """Requests to the stand-in for Meta."""
        self.shop.page.evaluate("0")  # Playwright tells of the log only while it is asked something
        return [url for url in self.requests if url.startswith(self.shop.sandbox.url)]

    def beacons(self):
        self.shop.page.evaluate("0")
        return [url for url in self.requests if url.endswith("/capi/collect/")]

    def cookies(self):
        """Names of all cookies of the whole browser context."""
        return {cookie["name"] for cookie in self.session.send("Storage.getCookies")["cookies"]}

    def is_silent(self):
        """Whether nobody was told anything, and nothing is kept but what may be."""
        return not (self.to_meta() or self.beacons() or self.stored) and self.cookies() <= ALLOWED
