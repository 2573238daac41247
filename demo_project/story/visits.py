"""A visit to the shop over HTTP, as whoever makes it up wants it: a page, and what ``capi.js`` would tell of it."""

import secrets
import time
from collections.abc import Callable, Iterable
from random import SystemRandom
from typing import Any, TypeVar

import requests
from django.conf import settings
from django.urls import reverse

from capi_tracking.conf import conf
from demo_project.shop.stock import ITEMS

TIMEOUT_SECONDS = (1, 2)
ROUND_SECONDS = 3
Who = TypeVar("Who")


def come(all_of_them: Iterable[Who], visit: Callable[[requests.Session, Who], None]) -> None:
    """Each once, within some seconds; a shop that does not answer ends the round."""
    until = time.monotonic() + ROUND_SECONDS
    with requests.Session() as session:
        session.trust_env = False  # the shop is on this machine: no proxy
        for who in all_of_them:
            if time.monotonic() > until:
                return
            try:
                visit(session, who)
            except requests.RequestException:
                return


def page(session: requests.Session, agent: str) -> requests.Response:
    choice = SystemRandom().choice
    path = choice([reverse("shop:products"), reverse("shop:product", args=[choice(ITEMS).slug])])
    headers = {"User-Agent": agent}
    return session.get(f"{shop_url()}{path}", headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)


def view() -> dict[str, Any]:
    return {"pixel": "default", "name": "PageView", "id": secrets.token_hex(16), "age": 0}


def tell(
    session: requests.Session,
    page: str,
    agent: str,
    *,
    event: dict[str, Any],
    state: str = "",
    fbp: str = "",
    address: str = "",
) -> requests.Response:
    """As ``capi.js`` would write it, consent and all; ``state``: what became of the browser's copy."""
    receipt = {name: event[name] for name in ("pixel", "name", "id")} | {"state": state}
    said = {"url": page, "referrer": "", "domain": "", "events": [event], "receipts": [receipt] if state else []}
    consent = f"capi_consent=granted.{conf.CONSENT_POLICY}.{int(time.time())}"
    headers = {
        "User-Agent": agent,
        "Origin": shop_url(),
        "Sec-Fetch-Site": "same-origin",
        "Cookie": f"{consent}; _fbp={fbp}" if fbp else consent,
    }
    headers |= {"X-Forwarded-For": address} if address else {}
    url = f"{shop_url()}{reverse('capi_tracking:collect')}"
    return session.post(url, json=said, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)


def shop_url() -> str:
    return str(getattr(settings, "SHOP_URL", "http://127.0.0.1:8000"))
