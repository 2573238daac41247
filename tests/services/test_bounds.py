"""What no column can hold is refused before the database sees it: a server in a lenient mode would cut it."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, connection, transaction

from capi_tracking.consent import Consent, ConsentState
from capi_tracking.events import CustomData, UserData
from capi_tracking.exceptions import CapiTrackingError
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, SkipCount
from capi_tracking.tracking import Receipt, acknowledge, skip, track
from tests.services.servers import MARIADB, wants

pytestmark = pytest.mark.django_db

LENIENT = "SET SESSION sql_mode = ''"
STRICT = "SET SESSION sql_mode = DEFAULT"
WIDE = "\N{KITE}"  # four bytes


def money(value: str) -> CustomData:
    return CustomData(value=Decimal(value), currency="EUR")


@pytest.fixture(params=["strict", "lenient"] if connection.vendor == MARIADB else ["strict"], autouse=True)
def mode(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    """The server's own mode; on MariaDB also the one in which it cuts without a word."""
    if request.param == "strict":
        yield "strict"
        return
    with connection.cursor() as cursor:
        cursor.execute(LENIENT)
    yield "lenient"
    with connection.cursor() as cursor:
        cursor.execute(STRICT)


TOO_MUCH: dict[str, Callable[[Any], Any]] = {
    "event id": lambda make: track(make(event_id="x" * 101)),
    "event name": lambda make: track(make("N" * 101)),
    "order key": lambda make: track(make(), order_key="x" * 129),
    "part": lambda make: track(make(), order_key="x", part="x" * 33),
    "value": lambda make: track(make(custom_data=money("100000000000000"))),
    "far too much value": lambda make: track(make(custom_data=money("1E+400"))),
    "currency": lambda make: track(make(custom_data=CustomData(value=Decimal(1), currency="EURO"))),
    "pixel": lambda make: track(make(), pixel="x" * 65),
    "source": lambda make: track(make(), source="x" * 17),
    "reason of a page event": lambda make: skip(make("ViewContent"), "x" * 65),
    "reason of an order": lambda make: skip(make(), "x" * 65, order_key="shop.order:1"),
    "NUL in an order key": lambda make: track(make(), order_key="a\x00b"),
    "half a character in an order key": lambda make: track(make(), order_key="a\ud800b"),
    "NUL in a part": lambda make: track(make(), order_key="a", part="\x00"),
    "NUL in a reason": lambda make: skip(make(), "a\x00b", order_key="shop.order:1"),
    "NUL in an event id": lambda make: track(make(event_id="a\x00b")),
    "half a character in an event id": lambda make: track(make(event_id="a\ud800b")),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_track__refuses_what_no_column_can_hold(make_event: Any, what: str) -> None:
    with transaction.atomic():
        with pytest.raises(CapiTrackingError):
            TOO_MUCH[what](make_event)
        assert not OutboxEvent.objects.exists()  # the transaction is usable
    assert not SkipCount.objects.exists()


@wants(MARIADB)
def test_insert__is_never_one_that_ignores_what_does_not_fit(make_event: Any, mode: str) -> None:
    """The insert that changes nothing of an existing row must not be INSERT IGNORE, which cuts in strict mode too."""
    with connection.cursor() as cursor:
        cursor.execute(STRICT)
    row = track(make_event(), order_key="shop.order:1")
    row.pk, row.key, row.order_key, row.reason = None, "0" * 64, "shop.order:2", "x" * 65
    with pytest.raises(DataError), transaction.atomic():
        OutboxEvent.objects.record(row)
    assert OutboxEvent.objects.count() == 1


def test_track__stores_the_longest_to_the_last_character(make_event: Any) -> None:
    event = make_event(
        WIDE * 100,
        event_id=WIDE * 100,
        custom_data=money("9999999999.9999"),
        user_data=UserData.of(email="jo@shop.example", country="DE", fbp="fb.1.1700000000000." + "9" * 30),
    )
    consent = Consent(ConsentState.GRANTED, policy="p" * 200, source=WIDE * 200)
    row = track(event, order_key=WIDE * 128, part=WIDE * 32, consent=consent)
    stored = OutboxEvent.objects.get()
    for field in OutboxEvent._meta.concrete_fields:
        if field.name not in {"id", "due_at"} and not field.generated:
            assert getattr(stored, field.attname) == getattr(row, field.attname), field.name


@pytest.mark.parametrize("value", ["9.9", "0.00005", "33.333333333", "1E-30", "0"])
def test_track__the_stored_value_is_the_one_in_the_payload_to_four_places(make_event: Any, value: str) -> None:
    track(make_event(custom_data=money(value)))
    stored = OutboxEvent.objects.get().value
    assert stored is not None
    assert abs(stored - Decimal(value)) <= Decimal("0.00005")


def test_track__the_largest_value_can_be_read_again(make_event: Any) -> None:
    track(make_event(custom_data=money("99999999999999.9999")))
    stored = OutboxEvent.objects.get().value
    assert stored is not None
    assert abs(stored - 10**14) < 1


def test_skip__the_longest_reason_is_stored_whole(make_event: Any) -> None:
    skip(make_event("ViewContent"), "x" * 64)
    assert SkipCount.objects.get().reason == "x" * 64


def test_acknowledge__stores_the_longest_to_the_last_character() -> None:
    acknowledge(
        Receipt(
            pixel="default",
            event_name="N" * 100,
            event_id="x" * 100,
            state=BrowserState.BLOCKED,
            visitor_key="v" * 16,
            detail="d" * 300,
        )
    )
    stored = BrowserReceipt.objects.get()
    assert (stored.event_name, stored.event_id, stored.detail) == ("N" * 100, "x" * 100, "d" * 64)
