"""Queries whose text is written once: they find what Django's own would."""

from typing import Any

import pytest
from django.db import connection

from capi_tracking.events import StandardEvent
from capi_tracking.models import CheckoutContext, OutboxEvent
from capi_tracking.models.database import prepared
from tests.outbox_rows import make_row

pytestmark = pytest.mark.django_db

PLACE = {"pixel": "default", "event_name": StandardEvent.PURCHASE, "order_key": "shop.order:1", "part": ""}


def kept(key: str) -> CheckoutContext:
    return CheckoutContext.objects.create(
        key=key, client_ip="2001:db8::1", user_agent="Firefox", consent_state="granted", consent_policy="1"
    )


def test_find__reads_the_row_as_django_does() -> None:
    kept("another")
    expected = CheckoutContext.objects.get(pk=kept("shop.order:1").pk)
    found = prepared.find(CheckoutContext, using="default", key="shop.order:1")
    assert found is not None
    assert {**vars(found), "_state": None} == {**vars(expected), "_state": None}
    assert found._state.db == "default"
    assert not found._state.adding


def test_find__gives_none_for_no_row() -> None:
    assert prepared.find(CheckoutContext, using="default", key="key") is None


@pytest.mark.parametrize("name", list(PLACE))
def test_is_there__looks_at_each_value(name: str) -> None:
    make_row(**PLACE)
    assert prepared.is_there(OutboxEvent, using="default", **PLACE)
    assert not prepared.is_there(OutboxEvent, using="default", **{**PLACE, name: "other"})


def test_is_there__takes_the_values_in_any_order() -> None:
    make_row(**PLACE)
    assert prepared.is_there(OutboxEvent, using="default", **dict(reversed(PLACE.items())))


def test_is_there__asks_in_one_query_without_writing_it_anew(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared.is_there(OutboxEvent, using="default", **PLACE)
    monkeypatch.setattr(connection.ops, "compiler", None)
    with django_assert_num_queries(1):
        assert not prepared.is_there(OutboxEvent, using="default", **PLACE)
