"""The payment gateway, played by the demo: some seconds after checkout it calls the shop's webhook.

It comes as a real one would: its own HTTP request, its own user agent, none of the buyer's cookies. It looks at the
orders itself, so nothing in the visitor's request depends on a broker, and a call that failed is made again.
"""

import json
import logging
import time
from datetime import timedelta

import requests
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from demo_project.shop.models import Order
from demo_project.shop.payments import SIGNATURE_HEADER, sign

logger = logging.getLogger(__name__)

USER_AGENT = "PaymentGateway/1.0"
TIMEOUT_SECONDS = (2, 5)
PAYS_AFTER = timedelta(seconds=8)
GIVES_UP_AFTER = timedelta(days=1)
ORDERS_PER_ROUND = 20


def confirm_waiting_orders() -> int:
    """Call the webhook for each order that waits long enough; how many the shop took."""
    with requests.Session() as session:
        session.trust_env = False  # the shop is on this machine: no proxy
        return sum(confirm(session, number) for number in waiting_orders())


def waiting_orders() -> list[str]:
    """Numbers of the orders that are due, oldest first."""
    now = timezone.now()
    due = Order.objects.filter(
        status=Order.Status.PENDING, created_at__gt=now - GIVES_UP_AFTER, created_at__lte=now - PAYS_AFTER
    )
    return list(due.order_by("created_at").values_list("number", flat=True)[:ORDERS_PER_ROUND])


def confirm(session: requests.Session, number: str) -> bool:
    """Tell the shop that one order is paid. A shop that does not take it is asked again in the next round."""
    body = json.dumps({"order": number}).encode()
    headers = {"User-Agent": USER_AGENT, "Content-Type": "application/json"}
    headers[SIGNATURE_HEADER] = sign(body, int(time.time()))
    url = getattr(settings, "SHOP_URL", "http://127.0.0.1:8000") + reverse("shop:webhook")
    try:
        answer = session.post(url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        logger.warning("The shop's webhook can't be reached (%s); trying again.", type(error).__name__)
        return False
    if not answer.ok:
        logger.warning("The shop's webhook answered %s for order %s; trying again.", answer.status_code, number)
    return answer.ok
