"""Paid later: the gateway's call, real and forged."""

import json
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demo_project.shop import checkout, gateway, payments
from demo_project.shop.models import Order
from tests.demo.buyers import BUYER


@pytest.fixture
def pending(cart):
    return checkout.place(cart, BUYER, paid=False)


def notify(body, signature=None, at=None):
    """POST to the webhook as the gateway does: no cookies, no CSRF token."""
    signature = payments.sign(body, int(at or time.time())) if signature is None else signature
    return Client(enforce_csrf_checks=True).post(
        reverse("shop:webhook"), body, content_type="application/json", headers={payments.SIGNATURE_HEADER: signature}
    )


def notice(order):
    return json.dumps({"order": order.number}).encode()


def test_webhook__marks_the_order_paid_once(pending):
    assert notify(notice(pending)).status_code == 204
    first = Order.objects.get(pk=pending.pk)
    assert notify(notice(pending)).status_code == 204
    pending.refresh_from_db()
    assert pending.is_paid
    assert pending.paid_at == first.paid_at


@pytest.mark.parametrize(
    "forge", [lambda now: f"{now}:00", lambda now: payments.sign(b"{}", now), lambda now: str(now)]
)
def test_webhook__refuses_a_fresh_forgery(pending, forge):
    assert notify(notice(pending), forge(int(time.time()))).status_code == 403
    pending.refresh_from_db()
    assert not pending.is_paid


@pytest.mark.parametrize("signature", ["", "x", ":", "1e9:00", "²:00", f"{10**30}:00", payments.sign(b"{}", 1)])
def test_webhook__refuses_what_the_gateway_did_not_sign(pending, signature):
    assert notify(notice(pending), signature).status_code == 403
    pending.refresh_from_db()
    assert not pending.is_paid


@pytest.mark.parametrize("off", [-payments.SIGNATURE_SECONDS - 5, payments.SIGNATURE_SECONDS + 5])
def test_webhook__refuses_an_old_or_future_notice(pending, off):
    assert notify(notice(pending), at=time.time() + off).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"order": 5}', 400),
        (b'{"order": ""}', 400),
        (b"[" * 1900, 400),
        (b'{"order": "G-NOBODY"}', 404),
        (b" " * 2001, 413),
    ],
)
def test_webhook__answers_clearly_to_bad_notices(db, body, status):
    assert notify(body).status_code == status


def age(order, seconds):
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.parametrize(("seconds", "due"), [(2, False), (9, True), (100_000, False)])
def test_gateway__pays_some_seconds_after_checkout(pending, seconds, due):
    age(pending, seconds)
    assert gateway.waiting_orders() == ([pending.number] if due else [])


@pytest.mark.django_db(transaction=True)
def test_gateway__calls_the_webhook_over_http(pending, live_server, settings):
    settings.SHOP_URL = live_server.url
    age(pending, 9)
    assert gateway.confirm_waiting_orders() == 1
    pending.refresh_from_db()
    assert pending.is_paid
    assert gateway.waiting_orders() == []


def test_gateway__asks_again_when_the_shop_is_down(pending, settings, free_port):
    settings.SHOP_URL = f"http://127.0.0.1:{free_port}"
    age(pending, 9)
    assert gateway.confirm_waiting_orders() == 0
    assert gateway.waiting_orders() == [pending.number]
