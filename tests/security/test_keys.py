"""What a key can do in the hands of whoever stole it, and what a flood of requests to the API can't."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from capi_tracking.models import ApiKey, OutboxEvent, SkipCount
from tests.items import an_item

pytestmark = pytest.mark.django_db
EVENTS = "/capi/events/"


@pytest.fixture(autouse=True)
def _nobody_counted_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def send(secret: str, body: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"authorization": f"Bearer {secret}"}
    return Client().post(EVENTS, text, content_type="application/json", headers=headers)


def a_key(**more: Any) -> str:
    return ApiKey.objects.issue(ApiKey(**{"name": "Till", "pixels": ["default"], **more}))


def test_stolen_key__writes_what_it_may_until_it_is_revoked_and_reads_nothing() -> None:
    secret = a_key(events=["Lead"])
    told = send(secret, [an_item("a"), an_item("b", event_name="Lead")]).json()
    assert [line["outcome"] for line in told["results"]] == ["refused", "recorded"]
    for page in ("events", "attempts", "stats", "reconciliation", "schema"):
        answer = Client().get(f"/capi/{page}/", headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code in {401, 403}, page
    ApiKey.objects.revoke()
    assert send(secret, [an_item("c", event_name="Lead")]).status_code == 401
    assert OutboxEvent.objects.count() == 1


def test_stolen_dump__holds_no_key() -> None:
    secret = a_key()
    [row] = ApiKey.objects.values()
    assert all(secret[len("capi_") + 6 :] not in str(value) for value in row.values())
    assert send(row["digest"], []).status_code == send(f"capi_{row['digest']}", []).status_code == 401


def test_flood__of_one_key_ends_before_its_body_is_read_and_leaves_others_alone(
    capi: Any, django_assert_max_num_queries: Any
) -> None:
    capi(API_RATE=1)
    secret, other = a_key(), a_key(name="CRM")
    assert send(secret, []).status_code == 200
    with django_assert_max_num_queries(1):
        assert send(secret, [an_item()] * 1000).status_code == 429
    assert send(other, []).status_code == 200
    assert not OutboxEvent.objects.exists()


def test_body__deep_or_huge_is_a_problem_and_costs_no_row(capi: Any) -> None:
    capi(API_BYTES=400_000)
    secret, deep = a_key(), '{"a":' * 5_000 + "1" + "}" * 5_000
    assert send(secret, "[" * 200_000).status_code == 400
    assert send(secret, f"[{deep}]").status_code in {200, 400}
    assert send(secret, "[" + "1," * 200_000 + "1]").status_code == 413
    shallow = an_item(custom_data={"value": 1, "currency": "EUR", "extra": {"a": [[[[[[1]]]]]]}})
    assert send(secret, [shallow]).json()["refused"] == 1
    assert (OutboxEvent.objects.count(), SkipCount.objects.count()) == (0, 0)


def test_answer__quotes_nothing_of_the_customer() -> None:
    secret = a_key()
    mail, phone = "jo@shop.example", "+49 171 2345678"
    items = [
        an_item("a", user_data={"email": [mail, "x" * 2000], "phone": phone, "gender": "jo@shop.example"}),
        an_item("b", user_data={"city": mail}),
        an_item("c", event_time=mail),
        an_item("d", custom_data={"value": phone, "currency": mail}),
        an_item("e", consent={"state": mail}),
        an_item("f", pixel=mail),
    ]
    text = send(secret, items).content.decode()
    assert mail not in text
    assert "2345678" not in text
