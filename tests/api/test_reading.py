"""What staff read as JSON."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from capi_tracking.models import OrderDifference, Reconciliation
from tests.factories import DeliveryAttemptFactory, OutboxEventFactory

pytestmark = pytest.mark.django_db
PAGES = {
    "events": "view_outboxevent",
    "attempts": "view_deliveryattempt",
    "stats": "view_dashboard",
    "reconciliation": "view_reconciliation",
}


@pytest.mark.parametrize("page", PAGES)
def test_pages__are_for_staff_with_their_permission_alone(client, staff, page):
    address = f"/capi/{page}/"
    assert client.get(address).status_code in (401, 403)
    assert staff(*[each for each in PAGES.values() if each != PAGES[page]]).get(address).status_code == 403
    User.objects.all().delete()
    assert staff(PAGES[page], is_staff=False).get(address).status_code == 403
    User.objects.all().delete()
    answer = staff(PAGES[page]).get(address)
    assert (answer.status_code, answer["cache-control"]) == (200, "private, no-store")


def test_events__tell_nothing_of_the_customer(staff):
    row = OutboxEventFactory(sent=True)
    [line] = staff("view_outboxevent").get("/capi/events/").json()["results"]
    assert (line["id"], line["event_id"], line["status"], line["value"]) == (row.pk, row.event_id, "sent", "49.9000")
    assert line["match_keys"] == row.match_keys.split()
    text = json.dumps(line)
    secret = [row.visitor_key, row.email_key, row.phone_key, *json.loads(row.payload)["user_data"]["em"]]
    assert not [each for each in secret if each and each in text]
    assert {"payload", "email_key", "visitor_key"}.isdisjoint(line)


def test_events__come_in_pages_that_miss_none_and_repeat_none(staff):
    same = timezone.now() - timedelta(hours=2)
    rows = [OutboxEventFactory(event_time=same, order_key=None) for _ in range(5)] + [
        OutboxEventFactory(order_key=None) for _ in range(2)
    ]
    client, seen, address = staff("view_outboxevent"), [], "/capi/events/?limit=3"
    while address:
        page = client.get(address).json()
        seen += [line["id"] for line in page["results"]]
        OutboxEventFactory(order_key=None)  # what comes meanwhile shifts nothing
        address = page["next"]
    assert sorted(seen) == [row.pk for row in rows]


def test_events__are_filtered(staff):
    sent, dead = OutboxEventFactory(sent=True), OutboxEventFactory(status="dead")
    old = OutboxEventFactory(event_time=timezone.now() - timedelta(days=40), order_key="shop.order:9")
    client = staff("view_outboxevent")

    def ids(query):
        return {line["id"] for line in client.get(f"/capi/events/?{query}").json()["results"]}

    assert ids("status=sent") == {sent.pk}
    assert ids("event_id=" + dead.event_id) == {dead.pk}
    assert ids("pixel=none") == set()
    assert ids("order_key=nobody") == set()
    assert ids("order_key=shop.order:9") == {old.pk}
    assert ids("") == {sent.pk, dead.pk}


@pytest.mark.parametrize(
    "query",
    ["statsu=sent", "status=lost", "limit=0", "limit=501", "limit=x", "before=1", "before=a-b", "period=ever",
     "event_id=a%00"],
)  # fmt: skip
def test_events__wrong_filters_are_problems_and_show_nothing(staff, query):
    answer = staff("view_outboxevent").get(f"/capi/events/?{query}")
    assert (answer.status_code, answer["content-type"]) == (400, "application/problem+json")


def test_attempts__tell_what_came_back(staff):
    DeliveryAttemptFactory(kind="rejected", code=100, subcode=2804003)
    DeliveryAttemptFactory()
    client = staff("view_deliveryattempt")
    [line] = client.get("/capi/attempts/?outcome=rejected").json()["results"]
    assert (line["code"], line["subcode"]) == (100, 2804003)
    assert len(client.get("/capi/attempts/").json()["results"]) == 2


def test_stats__are_the_dashboards_numbers(staff):
    OutboxEventFactory(sent=True)
    told = staff("view_dashboard").get("/capi/stats/?period=24h").json()
    assert told["orders"]["sent"] == 1
    assert told["orders"]["money_sent"] == [{"amount": "49.90", "currency": "EUR"}]
    assert set(told["order_overlap"]["share"]) == {"part", "whole", "percent"}


def test_reconciliation__tells_runs_and_differences(staff):
    now = timezone.now()
    Reconciliation.objects.create(since=now - timedelta(days=7), until=now, counts={"missing": 1})
    OrderDifference.objects.create(
        order_key="shop.order:1", pixel="default", event_name="Purchase", kind="drift", event_time=now
    )
    told = staff("view_reconciliation").get("/capi/reconciliation/").json()
    assert told["runs"][0]["counts"] == {"missing": 1}
    assert (told["results"][0]["order_key"], told["results"][0]["kind"]) == ("shop.order:1", "drift")
