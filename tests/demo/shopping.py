"""Somebody at the demo's shop with nothing but HTTP: cookies, forms and their tokens; what scripts do, done by hand."""

import html
import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from typing import Any

SECONDS = 30
PUBLIC_ADDRESS = "8.8.8.8"


class Visitor:
    """Comes through one proxy, from a public address."""

    def __init__(self, url: str) -> None:
        self.url, self.page = url, ""
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )
        self.opener.addheaders = [("X-Forwarded-For", PUBLIC_ADDRESS), ("User-Agent", "Mozilla/5.0 (newcomer)")]

    def get(self, path: str) -> str:
        return self.ask(path)

    def post(self, path: str, **fields: str) -> str:
        """As the page's form would: with the token of its cookie, and from its own address."""
        values = fields | {"csrfmiddlewaretoken": self.cookie("csrftoken")}
        return self.ask(path, urllib.parse.urlencode(values).encode())

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> str:
        asked = urllib.request.Request(urllib.parse.urljoin(self.url, path), body, headers)
        with self.opener.open(asked, timeout=SECONDS) as answer:
            self.at, self.page = answer.url, answer.read().decode(errors="replace")
        return self.page

    def cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == name), "")

    def consent(self) -> None:
        """What the banner's button would leave."""
        self.remember("capi_consent", f"granted.1.{int(time.time())}")

    def remember(self, name: str, value: str) -> None:
        host = urllib.parse.urlsplit(self.url).hostname or ""
        rest = {"version": 0, "port": None, "port_specified": False, "domain": host, "domain_specified": False}
        rest |= {"domain_initial_dot": False, "path": "/", "path_specified": True, "secure": False, "expires": None}
        self.cookies.set_cookie(
            http.cookiejar.Cookie(name=name, value=value, discard=True, comment=None, comment_url=None, rest={}, **rest)
        )

    def buy(self, slug: str, buyer: dict[str, str]) -> str:
        """Pay now; the number of the order."""
        self.get("/header/")  # the page itself may be everybody's: the token comes with the visitor's own bits
        sku = re.findall(r'name="sku"[^>]*value="([^"]+)"', self.get(f"/kites/{slug}/"))[0]
        self.post(f"/kites/{slug}/add/", sku=html.unescape(sku), quantity="1")
        self.get("/cart/")
        self.post("/cart/", payment="now", **buyer)
        return re.findall(r"G-[0-9A-Z]{8}", self.page)[0]

    def hand_over(self, pixel: str) -> str:
        """The browser's copy of the sale, as the page's island has it, and its receipt; the event's id."""
        island = re.findall(r"<script[^>]* data-capi-purchase>(.*?)</script>", self.page)[0]
        sale = json.loads(html.unescape(island))
        copy = {"id": pixel, "ev": sale["name"], "eid": sale["id"], "dl": self.at, "ts": str(int(time.time() * 1000))}
        copy |= {f"cd[{name}]": str(sale["data"][name]) for name in ("value", "currency", "order_id")}
        receipt = {name: sale[name] for name in ("pixel", "name", "id")} | {"state": "handed_over", "age": 0}
        said = {"url": self.at, "referrer": "", "domain": "", "events": [], "receipts": [receipt]}
        pixels = re.findall(r'"script":"([^"]+)/fbevents.js"', self.page)[0]
        self.ask(f"{pixels}/tr/?{urllib.parse.urlencode(copy)}")
        self.ask("/capi/collect/", json.dumps(said).encode(), Origin=self.url)
        return str(sale["id"])

    def sign_in(self, name: str) -> None:
        self.get("/admin/login/")
        self.post("/admin/login/", username=name, password=name, next="/admin/")


def received(sandbox: str) -> dict[str, Any]:
    """All that our stand-in for Meta got."""
    with urllib.request.urlopen(f"{sandbox}/sandbox/events.json", timeout=SECONDS) as answer:
        return json.load(answer)


def orders_sent(staff: Visitor) -> int:
    """Of the last 24 hours, as the dashboard's first card has it."""
    page = staff.get("/admin/capi_tracking/dashboard/?period=24h")
    found = re.search(r'id="capi-orders".*?<dd>\s*(?:<a[^>]*>)?\s*([\d,]+)', page, re.DOTALL)
    assert found, "the dashboard counts no orders"
    return int(found[1].replace(",", ""))
