"""Failures in groups, with their worth and advice."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from capi_tracking.models import OutboxEvent, Status
from tests.admin.reading import hidden, statuses, words
from tests.factories import (
    DeliveryAttemptFactory,
    OutboxEventFactory,
)

pytestmark = pytest.mark.django_db
FAILURES = reverse("admin:capi_tracking_outboxevent_failures")
EVIL = '"><b>zq9</b>'


def failed(count=1, **values):
    return [
        OutboxEventFactory(**({"status": Status.DEAD, "reason": "rejected_2804019"} | values)) for _ in range(count)
    ]


def test_failures__stand_in_groups_with_their_worth_and_advice(admin_client):
    failed(3, value=Decimal(20))
    failed(2, currency="USD", value=Decimal(5))
    failed(event_name="AddToCart", reason=EVIL)
    failed(status=Status.EXPIRED, reason="too_old", deadline_at=timezone.now() - timedelta(minutes=1))
    OutboxEventFactory(sent=True)
    DeliveryAttemptFactory(denied=True)
    page = admin_client.get(FAILURES).text
    told = words(page)
    assert "dead 5 Purchase · EUR 60, USD 10 It was not sent" in told
    assert "Trying again sends the same contents" in told
    assert "expired 1 Purchase" in told
    assert "denied, HTTP 401, code 190" in told
    assert "zq9" in told
    assert EVIL not in page


def test_failures__lead_to_the_very_rows_that_they_count(admin_client):
    failed(3)
    failed(reason="rejected_1")
    page = admin_client.get(FAILURES).text
    counts = {}
    for link, told in re.findall(r'<a href="([^"]+)">(\d+) Purchase[^<]*</a>', page):
        counts[int(told)] = len(admin_client.get(unescape(link)).context["cl"].result_list)
    assert counts == {3: 3, 1: 1}


def test_failures__of_one_group_are_tried_again_and_no_others(admin_client):
    group, others = failed(3), failed(2, reason="rejected_1")
    page = admin_client.get(FAILURES).text
    assert page.count('name="verb" value="retry"') == 2
    asked = {"verb": "retry", "pixel": "default", "event_name": "Purchase", "status": "dead", "reason": group[0].reason}
    question = admin_client.post(f"{FAILURES}?period=28d", asked)
    assert "It changes 3 events" in words(question.text)
    assert statuses() == {Status.DEAD: 5}
    answer = admin_client.post(f"{FAILURES}?period=28d", hidden(question.text), follow=True)
    assert "Tried again: 3 events." in answer.text
    assert {row.pk for row in OutboxEvent.objects.filter(status=Status.DEAD)} == {row.pk for row in others}
    entry = LogEntry.objects.get()
    assert (entry.change_message, entry.object_repr) == ("Tried again", "Purchase, dead rejected_2804019: 3")
    assert admin_client.get(reverse("admin:index")).status_code == 200


def test_failures__are_for_lookers_to_see_and_not_to_touch(staff):
    failed()
    client = staff("view_outboxevent")
    assert 'name="verb"' not in client.get(FAILURES).text
    asked = {
        "verb": "retry",
        "pixel": "default",
        "event_name": "Purchase",
        "status": "dead",
        "reason": "rejected_2804019",
    }
    assert client.post(FAILURES, asked | {"confirmed": "yes"}).status_code == 403
    assert statuses() == {Status.DEAD: 1}


@pytest.mark.parametrize(
    "query",
    [
        "?period=\0",
        "?since=2026-02-31&until=x",
        "?since=0001-01-01&until=9999-12-31",
        "?since=&until=",
        "?period=..",
        "?pixel[]=1",
    ],
)
def test_failures__read_any_address(admin_client, query):
    failed()
    assert admin_client.get(FAILURES + query).status_code == 200
    assert admin_client.post(FAILURES + query, {"verb": "retry", "pixel": "\0"}).status_code == 405


def test_failures__ask_few_queries(admin_client, django_assert_max_num_queries):
    for number in range(10):
        failed(reason=f"rejected_{number}")
    with django_assert_max_num_queries(6):
        admin_client.get(FAILURES)
