"""One visitor's page of the tiny shop, and what became of all that it said: at the stand-in for Meta, and with us."""

import json
from pathlib import Path

from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent
from tests.browser.pages import until

SECONDS = 10
PIXEL = "1234567890"
SOURCE = Path(__file__).resolve().parents[2] / "capi_tracking" / "static" / "capi_tracking" / "capi.js"
GRANTED = "granted.1.1767225600"


class Shop:
    """The live shop, the stand-in for Meta, and one visitor's page."""

    def __init__(self, url, sandbox, context):
        self.url, self.sandbox, self.context = url, sandbox, context
        self.asked = []
        context.set_default_timeout(SECONDS * 1000)
        context.on("request", lambda request: self.asked.append(request))
        self.page = context.new_page()

    def grant(self):
        self.context.add_cookies([{"name": "capi_consent", "value": GRANTED, "url": self.url}])

    def go(self, path="/shop/plain/"):
        self.page.goto(self.url + path, wait_until="domcontentloaded")

    def hits(self, name):
        return [hit for hit in self.sandbox.events if hit["event_name"] == name]

    def hit(self, name):
        """The one hit of that name."""
        self.until(lambda: self.hits(name), f"the pixel's {name} arrived")
        (hit,) = self.hits(name)
        return hit

    def row(self, name):
        """The one row of that name in the outbox."""
        return self.until(lambda: list(OutboxEvent.objects.filter(event_name=name)), f"the beacon's {name} arrived")[0]

    def receipt(self, event_id, state):
        found = BrowserReceipt.objects.filter(event_id=event_id, state=state)
        return self.until(found.first, f"the receipt of {event_id} rose to {state.label}")

    def until(self, check, what):
        """Playwright hands requests to their routes only while it is asked something."""
        return until(lambda: (self.context.cookies(), check())[1], what)

    def paired(self, name):
        """Both copies of the one event of that name; their ids agree, and the browser said that its copy is gone."""
        hit, row = self.hit(name), self.row(name)
        assert hit["event_id"] == row.event_id
        self.receipt(row.event_id, BrowserState.HANDED_OVER)
        return hit, row

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self.context.cookies()}

    def stored(self):
        return self.page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))")

    def beacons(self):
        self.page.evaluate("0")  # Playwright tells of requests only while it is asked something
        return [json.loads(request.post_data) for request in self.asked if request.url.endswith("/capi/collect/")]

    def is_quiet(self):
        """Whether nobody was told anything: neither the stand-in for Meta nor our own relay."""
        return not self.beacons() and not any(request.url.startswith(self.sandbox.url) for request in self.asked)

    def serve(self, script):
        """Another text in place of capi.js."""
        answer = {"body": script, "content_type": "text/javascript"}
        self.context.route("**/capi_tracking/capi.js", lambda route: route.fulfill(**answer))
