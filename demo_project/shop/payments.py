"""The shop's side of the payment gateway: whom it believes, and what "paid" does."""

import json

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from demo_project.shop.models import Order

SIGNATURE_HEADER = "X-Gateway-Signature"
MAX_BODY_BYTES = 2_000
SIGNATURE_SECONDS = 300


class NotFromGateway(Exception):
    """The signature is missing, wrong or too old."""


class BadNotice(Exception):
    """The gateway's message can't be read."""


def sign(body: bytes, at: int) -> str:
    """The header's value: when it was signed (Unix seconds), and the HMAC-SHA256 of time and body."""
    secret = getattr(settings, "GATEWAY_SECRET", None) or settings.SECRET_KEY
    mac = salted_hmac("demo_project.gateway", b"%d." % at + body, secret=secret, algorithm="sha256")
    return f"{at}:{mac.hexdigest()}"


def verify(signature: str, body: bytes) -> None:
    """Raise ``NotFromGateway`` unless the body was signed with our secret within the last minutes."""
    stamp = signature.partition(":")[0]
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise NotFromGateway("no signature")
    if not constant_time_compare(signature, sign(body, int(stamp))):
        raise NotFromGateway("wrong signature")
    if abs(timezone.now().timestamp() - int(stamp)) > SIGNATURE_SECONDS:
        raise NotFromGateway("signature too old")


def order_number(body: bytes) -> str:
    """The order that a notice is about: ``{"order": "G-..."}``."""
    try:
        number = json.loads(body)["order"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadNotice("not a notice") from error
    if not isinstance(number, str) or not 0 < len(number) <= 32:
        raise BadNotice("not an order number")
    return number


@transaction.atomic
def mark_paid(number: str) -> Order:
    """The money is here. Saying it twice changes nothing. Raises ``Order.DoesNotExist``."""
    order = Order.objects.select_for_update().get(number=number)
    if not order.is_paid:
        order.status, order.paid_at = Order.Status.PAID, timezone.now()
        order.save(update_fields=["status", "paid_at"])
    return order
