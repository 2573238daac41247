"""How an event becomes a row of the outbox."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from capi_tracking.consent import vouched
from capi_tracking.events import CustomData, UserData
from capi_tracking.exceptions import InvalidEvent
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import Omission, OutboxEvent, Priority, Status, deadline
from capi_tracking.signals import event_recorded
from capi_tracking.tracking import Told, skip, track, track_all, track_each

pytestmark = pytest.mark.django_db


def test_verbs_for_many__record_rows_that_are_due_at_once(make_event: Any) -> None:
    track_all([("default", make_event(event_id="e1"))])
    track_each([Told(event=make_event(event_id="e2"), consent=vouched())], source="api")
    assert OutboxEvent.objects.due("default", Priority.FIRST).count() == 2


def test_row__of_an_event_as_it_should_be_says_of_nothing_that_it_was_refused(make_event: Any) -> None:
    track(make_event())
    row = OutboxEvent.objects.get()
    assert (row.refused_bits, row.notes) == (0, "")


@pytest.mark.parametrize(("value", "is_kept"), [(10**14 - 1, True), (10**14, False)])
def test_row__holds_values_of_fourteen_digits(make_event: Any, value: int, is_kept: bool) -> None:
    event = make_event(custom_data=CustomData(value=value, currency="EUR"))
    if is_kept:
        assert track(event).value == value
        return
    with pytest.raises(InvalidEvent, match=r"^value: "):
        track(event)


@pytest.mark.parametrize(("length", "is_kept"), [(128, True), (129, False)])
def test_row__holds_an_order_key_that_fits_its_column(make_event: Any, length: int, is_kept: bool) -> None:
    if is_kept:
        assert track(make_event(), order_key="k" * length).order_key == "k" * length
        return
    with pytest.raises(InvalidEvent, match=r"^order_key: "):
        track(make_event(), order_key="k" * length)


@pytest.mark.parametrize("order_key", [5, b"1", "1\n"])
def test_row__takes_no_order_key_that_is_no_printable_text(make_event: Any, order_key: Any) -> None:
    with pytest.raises(InvalidEvent, match=r"^order_key: "):
        track(make_event(), order_key=order_key)


def test_row__says_where_it_comes_from_and_whether_it_goes_first(make_event: Any, capi: Any) -> None:
    capi(ENVIRONMENT="staging")
    track(make_event("Contact", event_id="e1", action_source="chat"), order_key="1", source="order")
    track(make_event("Contact", event_id="e2"), order_key="", part="2", source="api")
    of_order, of_page = OutboxEvent.objects.order_by("event_id")
    assert (of_order.source, of_order.action_source, of_order.environment) == ("order", "chat", "staging")
    assert (of_order.priority, of_page.priority) == (Priority.FIRST, Priority.NORMAL)
    assert of_page.order_key is of_page.part is None


def test_row__of_as_many_bytes_as_the_setting_allows_is_kept(make_event: Any, capi: Any) -> None:
    event = make_event()
    capi(EVENT_BYTES=len(event.as_json().encode()))
    assert track(event).payload == event.as_json()


def test_row__names_its_keys_one_after_the_other(make_event: Any) -> None:
    track(make_event(user_data=UserData.of(email="jo@shop.example", country="DE")))
    assert OutboxEvent.objects.get().match_keys.split(" ") == ["em", "country"]


def test_row__whose_deadline_is_now_is_too_old(make_event: Any) -> None:
    with time_machine.travel(now := timezone.now(), tick=False):
        age = deadline(now, "website") - now
        track(make_event(event_time=now - age), order_key="shop.order:1")
    assert OutboxEvent.objects.get().reason == "too_old"


FBP = "fb.1.1700000000000.42"
KEYS = ("visitor_key", "email_key", "phone_key", "external_key")


def keys_of(row: OutboxEvent) -> list[str | None]:
    return [getattr(row, name) for name in KEYS]


def test_row__is_found_by_each_key_of_its_person_and_by_none_that_is_not_there(make_event: Any) -> None:
    data = UserData.of(email="jo@shop.example", phone="+4930123456", external_id="c-7", fbp=FBP)
    track(make_event(event_id="e1", user_data=data))
    track(
        make_event(event_id="e2", user_data=UserData.of(first_name="jo", last_name="doe", city="Rome", postal_code="1"))
    )
    full, empty = OutboxEvent.objects.order_by("event_id")
    told = (("fbp", FBP), ("em", data.em[0]), ("ph", data.ph[0]), ("external_id", data.external_id[0]))
    assert keys_of(full) == [identity_key(*each) for each in told]
    assert keys_of(empty) == [None] * 4


def test_row__that_is_not_sent_keeps_one_key_of_its_person(make_event: Any) -> None:
    for number, known in enumerate(({"external_id": "c-7"}, {})):
        data = UserData.of(email="jo@shop.example", phone="+4930123456", fbp=FBP, **known)
        skip(make_event(event_id=f"e{number}", user_data=data), "staff", order_key=str(number))
    by_id, by_email = OutboxEvent.objects.order_by("event_id")
    assert [name for name in KEYS if getattr(by_id, name)] == ["external_key"]
    assert [name for name in KEYS if getattr(by_email, name)] == ["email_key"]
    assert by_id.settled_at == by_id.redacted_at is not None
    assert by_id.match_score is by_id.key_bits is by_id.refused_bits is by_id.click_days is by_id.due_at is None
    assert (by_id.match_keys, by_id.notes, by_id.campaign) == ("", "", "")


def test_row__says_what_was_left_out_one_after_the_other(make_event: Any) -> None:
    data = UserData.of(email="jo@shop.example", phone="call me", date_of_birth="soon")
    track(make_event(user_data=data))
    assert len(OutboxEvent.objects.get().notes.split("; ")) == 2


@pytest.mark.parametrize(("order_key", "is_kept"), [(None, True), ("shop.order:1", False)])
def test_row__of_too_little_keeps_its_payload_unless_its_order_may_complete_it(
    make_event: Any, order_key: str | None, is_kept: bool
) -> None:
    track(make_event(user_data=UserData.of(country="DE")), order_key=order_key)
    row = OutboxEvent.objects.get()
    assert (row.status, row.lease_token, bool(row.payload)) == (Status.DEAD, "", is_kept)


def test_shadow__keeps_no_payload_and_marks_what_may_be_mended(make_event: Any, capi: Any) -> None:
    capi(SHADOW=True)
    track(make_event(event_id="e1"))
    track(make_event(event_id="e2", user_data=UserData.of(country="DE")))
    sound, dead = OutboxEvent.objects.order_by("event_id")
    assert (sound.status, sound.reason, sound.payload, sound.lease_token) == (Status.SKIPPED, "shadow", "", "")
    assert sound.settled_at == sound.redacted_at is not None
    assert (dead.status, dead.payload, dead.lease_token) == (Status.DEAD, "", "shadow")


def test_track_each__announces_what_is_new_and_counts_what_was_left_out_of_it(
    make_event: Any, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[tuple[str, str]] = []

    def listen(event: OutboxEvent, using: str, **_: object) -> None:
        heard.append((event.event_id, using))

    telling = CustomData(value=9, currency="EUR", content_name="jo@shop.example")
    counted = CustomData(value=9, currency="EUR", content_category="jo@shop.example")
    told = [
        Told(event=make_event(event_id="e1", custom_data=telling), consent=vouched()),
        Told(event=make_event(event_id="e2", custom_data=counted), consent=vouched(), withheld="why"),
        Told(event=make_event(event_id="e1", custom_data=telling), consent=vouched()),
        Told(event=make_event(event_id="e3"), consent=vouched()),
    ]
    event_recorded.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            fates = track_each(told, source="api")
    finally:
        event_recorded.disconnect(listen)
    assert [fate.is_new for fate in fates] == [True, True, False, True]
    assert sorted(heard) == [("e1", "default"), ("e3", "default")]
    assert [(each.parameter, each.count) for each in Omission.objects.all()] == [("content_name", 1)]


@pytest.fixture
def twin() -> Iterator[BaseDatabaseWrapper]:
    """A second connection to the same database."""
    made = connection.copy("twin")
    connections["twin"] = made
    yield made
    BaseDatabaseWrapper.close(made)  # SQLite's own leaves a database in memory open
    del connections["twin"]


@pytest.mark.django_db(transaction=True)
def test_track_each__whose_counts_can_not_be_written_writes_no_row_either(
    make_event: Any, twin: BaseDatabaseWrapper
) -> None:
    def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "skipcount" in sql:
            raise OperationalError("no counts")
        return execute(sql, *rest)

    told = [
        Told(event=make_event(event_id="e1"), consent=vouched()),
        Told(event=make_event(event_id="e2"), consent=vouched(), withheld="why"),
    ]
    with twin.execute_wrapper(refuse), pytest.raises(OperationalError, match="no counts"):
        track_each(told, source="api", using="twin")
    assert not OutboxEvent.objects.exists()
