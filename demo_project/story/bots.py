"""Crawlers, as every shop has them: they fetch pages, some post what looks like a beacon. None of it is an event."""

from dataclasses import dataclass
from datetime import timedelta

import requests
from django.db.models import F
from django.utils import timezone

from capi_tracking.conf import is_loopback
from demo_project.story import visits
from demo_project.story.models import Incident

AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; PriceSpider/1.0)",
    "python-requests/2.32",
)
GOES_ON_FOR = timedelta(minutes=30)


@dataclass(slots=True)
class Haul:
    """What one round of bots did."""

    pages: int = 0
    beacons: int = 0


def visit() -> Haul:
    """One round, if bots are on: a page and a beacon each. They leave by themselves after half an hour."""
    incident = Incident.objects.filter(name=Incident.Name.BOTS, is_on=True).first()
    if incident is None or not is_loopback(visits.shop_url()):
        return Haul()
    if incident.since and incident.since < timezone.now() - GOES_ON_FOR:
        incident.turn(False)
        return Haul()
    haul = crawl()
    found = Incident.objects.filter(pk=incident.pk, is_on=True)
    found.update(pages=F("pages") + haul.pages, beacons=F("beacons") + haul.beacons)
    return haul


def crawl() -> Haul:
    """A bot that renders pages has a banner's answer too."""
    haul = Haul()

    def call(session: requests.Session, agent: str) -> None:
        page = visits.page(session, agent)
        haul.pages += page.ok
        haul.beacons += visits.tell(session, page.url, agent, event=visits.view()).ok

    visits.come(AGENTS, call)
    return haul
