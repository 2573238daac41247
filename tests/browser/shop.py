"""One visitor's page of the tiny shop, and what became of all that it said: at the stand-in for Meta, and with us."""

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

from capi_tracking.conf import conf
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent
from capi_tracking.relay.bodies import LISTS
from tests.browser.pages import alone, until

SECONDS = 10
PIXEL = "1234567890"
SOURCE = Path(__file__).resolve().parents[2] / "capi_tracking" / "static" / "capi_tracking" / "capi.js"
GRANTED = "granted.1.1767225600"


def altered(file, change):
    """The script's text with one text in it replaced, which must be there; None: as it is."""
    text = file.read_text()
    assert change is None or change[0] in text
    return text.replace(*change) if change else text


class Shop:
    """The live shop, the stand-in for Meta, and one visitor's page."""

    def __init__(self, url, sandbox, context, visitors):
        self.url, self.sandbox, self.context, self.visitors = url, sandbox, context, visitors
        visitors.append(self)
        self.asked, self.faults, self.complaints = [], [], []
        context.set_default_timeout(SECONDS * 1000)
        context.on("request", lambda request: self.asked.append(request))
        context.on("console", lambda message: self.hear(message.text))
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
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

    def settled(self, *names, pixels=("default",), alone_at_home=(), strangers=()):
        """Both copies of exactly these events, receipts for all of them, and nothing else: gives their ids by name.

        A receipt comes some time after its event, so what a fault adds has come by then. ``alone_at_home`` names events
        that only the outbox has, for no receipt says that the pixel took them; ``strangers``, each a name and a pixel,
        are hits without an id.
        """
        paired = sorted((name, pixel) for name in names for pixel in pixels)
        stored = sorted(paired + [(name, pixel) for name in alone_at_home for pixel in pixels])
        expected = sorted([*paired, *strangers]), stored, paired
        with suppress(AssertionError):
            self.until(lambda: self.named() == expected and not self.flying(), "settled")
        found = [dict(Counter(names)) for names in self.named()]
        assert self.named() == expected, f"Meta's pixel, the outbox and the receipts hold {found}"
        hits, rows, receipts = self.copies()
        assert [hit for hit in hits if hit[2]] == receipts
        assert set(receipts) <= set(rows)
        assert len({row[1:] for row in rows}) == len(rows)
        assert not self.sandbox.refusals
        return {name: [event_id for told, _, event_id in rows if told == name] for name in {*names, *alone_at_home}}

    def copies(self):
        """Name, pixel and id of each event: what Meta's pixel, the outbox and the receipts of what went out hold."""
        aliases = {settings["PIXEL_ID"]: alias for alias, settings in conf.PIXELS.items()}
        hits = [
            (hit["event_name"], aliases.get(hit["pixel"], hit["pixel"]), hit["event_id"]) for hit in self.sandbox.events
        ]
        receipts = BrowserReceipt.objects.filter(state=BrowserState.HANDED_OVER)
        tables = OutboxEvent.objects, receipts
        stored = alone(lambda: [list(table.values_list("event_name", "pixel", "event_id")) for table in tables])
        return tuple(map(sorted, (hits, *stored)))

    def named(self):
        return tuple([copy[:2] for copy in copies] for copies in self.copies())

    def flying(self):
        """How many hits of all visitors are under way."""
        asked = [request.url for visitor in self.visitors for request in visitor.asked]
        return sum(url.startswith(f"{self.sandbox.url}/tr/") for url in asked) - len(self.sandbox.events)

    def hear(self, text):
        self.complaints.append(text)
        if text.startswith("capi.js:"):
            self.faults.append(text)

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self.context.cookies()}

    def stored(self):
        return self.page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))")

    def said(self):
        """The bodies of all beacons, as they are."""
        self.page.evaluate("0")  # Playwright tells of requests only while it is asked something
        return [json.loads(request.post_data) for request in self.asked if request.url.endswith("/capi/collect/")]

    def beacons(self):
        """Those that say something, with an empty list of what they do not tell."""
        return [dict.fromkeys(LISTS, ()) | said for said in self.said() if said]

    def is_quiet(self):
        """Whether nobody was told anything: neither the stand-in for Meta nor our own relay."""
        return not self.beacons() and not any(request.url.startswith(self.sandbox.url) for request in self.asked)

    def serve(self, script, name="capi.js"):
        """Another text in place of one of our scripts."""
        answer = {"body": script, "content_type": "text/javascript"}
        self.context.route(f"**/capi_tracking/{name}", lambda route: route.fulfill(**answer))
