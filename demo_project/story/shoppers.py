"""Visitors who come while the pixel is blocked, and for a minute after: one alone would show nothing that a shop can go by."""

import secrets
import time
from datetime import timedelta
from random import SystemRandom

import requests
from django.utils import timezone

from capi_tracking.conf import conf, is_loopback
from demo_project.story import visits
from demo_project.story.models import Incident
from demo_project.story.visitors import AGENTS, SINKS

A_ROUND = 4
COME_FOR = timedelta(minutes=1)  # after each turn of the switch: enough to see it begin, or end


def visit() -> int:
    """One round, if the switch was turned a moment ago; how many came."""
    turned = Incident.objects.filter(name=Incident.Name.BLOCKED, since__gt=timezone.now() - COME_FOR)
    if not (is_loopback(visits.shop_url()) and is_loopback(conf.PIXEL_SCRIPT_URL) and turned.exists()):
        return 0
    return come()


def come() -> int:
    """Each is somebody new, with a browser that asks for the pixel and tells the shop what came of it."""
    came = []

    def look(session: requests.Session, agent: str) -> None:
        page = visits.page(session, agent)
        address = f"{SystemRandom().choice(SINKS)}.{secrets.randbelow(254) + 1}"
        fbp = f"fb.1.{time.time_ns() // 10**6}.{secrets.randbelow(10**17)}"
        state = "handed_over" if has_pixel(session) else "blocked"
        visits.tell(session, page.url, agent, event=visits.view(), state=state, fbp=fbp, address=address)
        came.append(fbp)

    visits.come(SystemRandom().choices(AGENTS, k=A_ROUND), look)
    return len(came)


def has_pixel(session: requests.Session) -> bool:
    """What ``onload`` and ``onerror`` tell a page."""
    try:
        return session.get(conf.PIXEL_SCRIPT_URL, timeout=visits.TIMEOUT_SECONDS, allow_redirects=False).ok
    except requests.RequestException:
        return False
