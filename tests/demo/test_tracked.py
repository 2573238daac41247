"""What the shop tells Meta, tested as any shop would: with the testing kit and nothing of the app's own insides."""

import json
import time

import pytest
from django.test import Client, LiveServerTestCase, TestCase, TransactionTestCase
from django.urls import reverse

from capi_tracking.exceptions import Unreachable
from capi_tracking.testing import (
    CapiTestMixin,
    ScriptedTransport,
    assert_not_tracked,
    assert_skipped,
    assert_tracked,
    deliver_now,
    deny_consent,
    grant_consent,
    set_consent,
    skip_waits,
)
from demo_project.shop import catalogue, payments
from demo_project.shop.models import Order
from tests.demo.buyers import BUYER
from tests.demo.shopping import Visitor

CHECKOUT = BUYER | {"payment": "now"}


def gateway_says_paid(order):
    """The webhook: no cookies, another address."""
    body = json.dumps({"order": order.number}).encode()
    headers = {payments.SIGNATURE_HEADER: payments.sign(body, int(time.time()))}
    return Client(REMOTE_ADDR="9.9.9.9").post(
        reverse("shop:webhook"), body, content_type="application/json", headers=headers
    )


@pytest.mark.usefixtures("products")
class TestPytest:
    """With functions and fixtures."""

    def test_sale__is_told_with_its_lines_and_its_buyer(self, client, fill):
        grant_consent(client)
        fill(quantity=2)
        page = client.post(reverse("shop:cart"), CHECKOUT, follow=True, headers={"user-agent": "Safari"})
        order = Order.objects.get()
        known = ["email", "phone", "first_name", "city", "postal_code", "country", "client_user_agent"]
        event = assert_tracked("Purchase", value=order.total, currency="EUR", order=order, user_data=known)
        assert event["custom_data"]["contents"] == [{"id": "GL-101", "quantity": 2, "item_price": 29}]
        assert event["event_id"] in page.text

    @pytest.mark.parametrize(("answer", "reason"), [("denied", "consent_denied"), ("unknown", "consent_unknown")])
    def test_sale__is_kept_from_meta_without_a_yes(self, client, fill, answer, reason):
        set_consent(client, answer)
        fill()
        client.post(reverse("shop:cart"), CHECKOUT)
        assert_not_tracked("Purchase")
        assert_skipped("Purchase", reason)

    def test_sale__that_is_paid_later_is_the_visitors_still(self, client, fill):
        grant_consent(client)
        fill()
        client.post(reverse("shop:cart"), CHECKOUT | {"payment": "later"}, REMOTE_ADDR="8.8.8.8")
        assert_not_tracked("Purchase")
        for _ in range(2):  # gateways like to call twice
            gateway_says_paid(Order.objects.get())
        event = assert_tracked("Purchase", value=29, consent="granted")
        assert event["user_data"]["client_ip_address"] == "8.8.8.8"


class SaleTest(CapiTestMixin, TestCase):
    """With Django's own test cases: here nothing is ever committed."""

    @classmethod
    def setUpTestData(cls):
        catalogue.seed()

    def buy(self):
        self.client.post(reverse("shop:add", args=["meadow"]), {"sku": "GL-101", "quantity": 1})
        return self.client.post(reverse("shop:cart"), CHECKOUT)

    def test_sale_is_told_when_meta_is_back(self):
        grant_consent(self.client)
        self.buy()
        assert deliver_now(ScriptedTransport(Unreachable("down"))).put_back == 1
        skip_waits()
        assert deliver_now().delivered == 1
        self.assertTracked("Purchase", value="29.00", contents=[{"id": "GL-101"}])

    def test_refusal_is_kept(self):
        deny_consent(self.client)
        self.buy()
        self.assertNotTracked("Purchase")
        self.assertSkipped("Purchase", "consent_denied")


class CommittedSaleTest(CapiTestMixin, TransactionTestCase):
    """Here everything is."""

    def test_sale_is_complete(self):
        catalogue.seed()
        grant_consent(self.client)
        SaleTest.buy(self)
        self.assertTracked("Purchase", contents=[{"id": "GL-101", "quantity": 1, "item_price": "29.00"}])


class ServedSaleTest(CapiTestMixin, LiveServerTestCase):
    """A sale by HTTP, made in the server's thread."""

    host = "127.0.0.1"

    def test_sale_is_told(self):
        catalogue.seed()
        visitor = Visitor(self.live_server_url)
        visitor.consent()
        number = visitor.buy("meadow", BUYER)
        self.assertTracked("Purchase", order_id=number, consent="granted")
