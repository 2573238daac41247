"""Crawlers, as every shop has them: they fetch pages, some post what looks like a beacon. None of it is an event."""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom

import requests
from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from capi_tracking.conf import conf, is_loopback
from demo_project.shop.stock import ITEMS
from demo_project.story.models import Incident

AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; PriceSpider/1.0)",
    "python-requests/2.32",
)
TIMEOUT_SECONDS = (1, 2)
ROUND_SECONDS = 3
GOES_ON_FOR = timedelta(minutes=30)


@dataclass(slots=True)
class Haul:
    """What one round of bots did."""

    pages: int = 0
    beacons: int = 0


def visit() -> Haul:
    """One round, if bots are on: a page and a beacon each. They leave by themselves after half an hour."""
    incident = Incident.objects.filter(name=Incident.Name.BOTS, is_on=True).first()
    if incident is None or not is_loopback(shop_url()):
        return Haul()
    if incident.since and incident.since < timezone.now() - GOES_ON_FOR:
        incident.turn(False)
        return Haul()
    haul = crawl()
    found = Incident.objects.filter(pk=incident.pk, is_on=True)
    found.update(pages=F("pages") + haul.pages, beacons=F("beacons") + haul.beacons)
    return haul


def crawl() -> Haul:
    """Every agent once, within some seconds; a shop that does not answer ends the round."""
    haul, until = Haul(), time.monotonic() + ROUND_SECONDS
    with requests.Session() as session:
        session.trust_env = False  # the shop is on this machine: no proxy
        for agent in AGENTS:
            if time.monotonic() > until or not call(session, agent, haul):
                break
    return haul


def call(session: requests.Session, agent: str, haul: Haul) -> bool:
    try:
        address, headers = f"{shop_url()}{pick_page()}", {"User-Agent": agent}
        page = session.get(address, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        haul.pages += page.ok
        haul.beacons += post_beacon(session, agent, page.url).ok
    except requests.RequestException:
        return False
    return True


def post_beacon(session: requests.Session, agent: str, page: str) -> requests.Response:
    """As ``capi.js`` would write it, consent and all: a bot that renders pages has these too."""
    view = {"pixel": "default", "name": "PageView", "id": secrets.token_hex(16), "age": 0}
    said = {"url": page, "referrer": "", "domain": "", "events": [view], "receipts": []}
    headers = {
        "User-Agent": agent,
        "Origin": shop_url(),
        "Sec-Fetch-Site": "same-origin",
        "Cookie": f"capi_consent=granted.{conf.CONSENT_POLICY}.{int(time.time())}",
    }
    url = f"{shop_url()}{reverse('capi_tracking:collect')}"
    return session.post(url, json=said, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)


def pick_page() -> str:
    choice = SystemRandom().choice
    return choice([reverse("shop:products"), reverse("shop:product", args=[choice(ITEMS).slug])])


def shop_url() -> str:
    return str(getattr(settings, "SHOP_URL", "http://127.0.0.1:8000"))
