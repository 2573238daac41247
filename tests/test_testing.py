"""What a shop's own tests use."""

from typing import Any

import pytest

from capi_tracking.consent import Consent, ConsentState
from capi_tracking.exceptions import Denied
from capi_tracking.testing import (
    ScriptedTransport,
    assert_not_tracked,
    assert_tracked,
    deliver_now,
    sent_events,
    tracked_events,
)
from capi_tracking.tracking import track

pytestmark = pytest.mark.django_db


def test_assert_tracked__finds_the_event_and_returns_it(make_event: Any) -> None:
    track(make_event())
    assert assert_tracked("Purchase", currency="EUR")["event_name"] == "Purchase"


@pytest.mark.parametrize(("name", "data"), [("Lead", {}), ("Purchase", {"currency": "USD"}), ("Purchase", {"x": None})])
def test_assert_tracked__fails_where_nothing_fits(name: str, data: dict[str, Any], make_event: Any) -> None:
    track(make_event())
    with pytest.raises(AssertionError, match=name):
        assert_tracked(name, **data)


def test_assert_tracked__fails_where_a_sale_was_tracked_twice(make_event: Any) -> None:
    for _ in range(2):
        track(make_event())
    with pytest.raises(AssertionError, match="2 of 2"):
        assert_tracked("Purchase")


def test_assert_not_tracked__a_skipped_event_is_not_tracked(make_event: Any) -> None:
    track(make_event(), consent=Consent(ConsentState.DENIED), order_key="7")
    assert_not_tracked("Purchase")
    track(make_event())
    with pytest.raises(AssertionError, match="1 Purchase"):
        assert_not_tracked("Purchase")


def test_deliver_now__goes_through_memory_or_a_script(make_event: Any) -> None:
    track(make_event())
    assert deliver_now(ScriptedTransport(Denied("token"))).held == 1
    track(make_event("Lead"))
    assert deliver_now().delivered == 0
    assert len(tracked_events()) == 2
    assert sent_events() == []


def test_sent_events__are_what_meta_would_read(make_event: Any) -> None:
    track(make_event())
    deliver_now()
    assert sent_events() == tracked_events("Purchase")
