"""How an event becomes a row of the outbox."""

from typing import Any

import pytest

from capi_tracking.consent import vouched
from capi_tracking.events import CustomData, UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import Omission, OutboxEvent, Priority, Status
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
