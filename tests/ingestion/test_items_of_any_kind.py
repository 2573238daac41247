"""Items of any kind: none breaks the ingestion, and what it records Meta takes."""

import json
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from capi_tracking.ingestion import Outcome, Terms, ingest
from capi_tracking.ingestion.items import CUSTOM_KEYS, KEYS
from capi_tracking.ingestion.people import NAMES
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.sandbox.rules import check_event
from tests.items import an_item

pytestmark = pytest.mark.django_db
EXTINFO = ["a2", "", "", "", "14", *[""] * 11]
DEEP: dict[str, Any] = {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}
ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**53, 2**63, 10**30, 1.5, float("inf"), float("nan")),
    *("", " ", "a", "\0", "\ud800", "x" * 300, "EUR", "granted", "2026-11-26T10:00:00Z", "0001-01-01T00:00:00+14:00"),
    *([], {}, [1], ["a"] * 20, {"a": 1}, DEEP, [[]], {"id": "x"}, [{"id": "x"}], [{"id": "x", "quantity": 1.5}]),
    *("app", "website", "business_messaging", "whatsapp", "LDU", ["LDU"], {"store_code": 7}, 1234567890123456),
    {"advertiser_tracking_enabled": True, "application_tracking_enabled": "0", "extinfo": EXTINFO},
]
PARTS = {"": sorted(KEYS), "custom_data": sorted(CUSTOM_KEYS), "user_data": sorted(NAMES)}


def made_up(number: int) -> Iterator[dict[str, Any]]:
    """Right items with one or two odd values in them, the same ones each time."""
    chance = random.Random(7)
    for count in range(number):
        item = an_item(f"made-up-{count}")
        for _ in range(chance.randint(1, 2)):
            part = chance.choice(["", "", "custom_data", "user_data"])
            inner = item.get(part) if part else item
            if isinstance(inner, dict):
                changed = {**inner, chance.choice(PARTS[part]): chance.choice(ODD)}
                item = {**item, part: changed} if part else changed
        yield item


def test_ingest__of_items_of_any_kind_breaks_nothing_and_records_what_meta_takes() -> None:
    results = ingest(list(made_up(1000)), Terms())
    found = {outcome: sum(each.outcome == outcome for each in results) for outcome in Outcome}
    assert min(found[Outcome.RECORDED], found[Outcome.REFUSED]) > 100, found
    assert all(each.field and each.reason for each in results if each.outcome == Outcome.REFUSED)
    for payload in OutboxEvent.objects.filter(status=Status.PENDING).values_list("payload", flat=True):
        check_event(json.loads(payload), time.time(), strict=True)
