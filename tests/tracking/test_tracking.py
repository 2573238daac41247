from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from capi_tracking.consent import Consent, vouched
from capi_tracking.events import CustomData, UserData
from capi_tracking.exceptions import ImproperlyTracked, InvalidEvent
from capi_tracking.models import OutboxEvent, Priority, RobotCount, SkipCount, Status
from capi_tracking.signals import event_recorded
from capi_tracking.tracking import (
    complete,
    contents_of,
    skip,
    skip_all,
    track,
    track_all,
)

pytestmark = pytest.mark.django_db
DENIED = Consent("denied", policy="1", source="cookie", at=datetime(2026, 1, 1, tzinfo=UTC))


def stored() -> OutboxEvent:
    return OutboxEvent.objects.get()


def test_track__stores_the_text_that_meta_gets(make_event):
    event = make_event(event_id="order-1")
    track(event)
    row = stored()
    assert row.payload == event.as_json()
    assert (row.status, row.priority, row.event_id) == (Status.PENDING, Priority.FIRST, "order-1")
    assert (row.value, row.currency) == (Decimal("9.90"), "EUR")
    assert row.deadline_at - row.event_time < timedelta(days=7)


def test_track__is_due_at_once_by_the_databases_clock(make_event):
    track(make_event())
    assert OutboxEvent.objects.due("default", Priority.FIRST).count() == 1


def test_track__waits_for_contents_that_come_later(make_event):
    track(make_event(), delay=timedelta(seconds=60))
    assert OutboxEvent.objects.due("default", Priority.FIRST).count() == 0


def test_track__a_second_call_changes_nothing(make_event):
    event = make_event(event_id="order-1")
    track(event)
    first = stored()
    track(make_event(event_id="order-1", custom_data=CustomData(value=1, currency="USD")))
    assert stored().payload == first.payload


def test_track__an_order_is_recorded_once_though_its_id_changed(make_event):
    track(make_event(event_id="id-by-the-old-key"), order_key="shop.order:1")
    track(make_event(event_id="id-by-the-new-key"), order_key="shop.order:1")
    assert stored().event_id == "id-by-the-old-key"


def test_track__a_renewal_is_another_part_of_its_order(make_event):
    track(make_event(), order_key="shop.order:1")
    track(make_event(), order_key="shop.order:1", part="2")
    assert OutboxEvent.objects.count() == 2


def test_track__events_without_an_order_do_not_collide(make_event):
    track(make_event("ViewContent"))
    track(make_event("ViewContent"))
    assert OutboxEvent.objects.count() == 2


def test_track__rolled_back_with_the_caller(make_event):
    with pytest.raises(RuntimeError), transaction.atomic():
        track(make_event())
        raise RuntimeError
    assert not OutboxEvent.objects.exists()


def test_track__a_duplicate_does_not_break_the_callers_transaction(make_event):
    event = make_event(event_id="order-1")
    with transaction.atomic():
        track(event)
        track(event)
        track(make_event("Lead"))
    assert OutboxEvent.objects.count() == 2


def test_track__keeps_keys_of_the_person_but_no_plain_value(make_event):
    data = UserData.of(email="jo@shop.example", phone="+4930123456", external_id="c-7", fbp="fb.1.1700000000000.42")
    track(make_event(user_data=data))
    row = stored()
    for key in (row.email_key, row.phone_key, row.external_key, row.visitor_key):
        assert len(key) == 16
    assert "jo@shop.example" not in repr(vars(row))
    assert "4930123456" not in repr(vars(row))


def test_track__notes_what_was_left_out(make_event):
    track(make_event(user_data=UserData.of(email="jo@shop.example", phone="call me")))
    assert "ph" in stored().notes
    assert "call me" not in stored().notes


def test_track__a_future_time_becomes_now(make_event):
    track(make_event(event_time=timezone.now() + timedelta(hours=3)))
    assert stored().event_time <= timezone.now()


def test_track__without_consent_the_caller_vouches(make_event):
    track(make_event())
    assert (stored().consent_state, stored().consent_policy) == ("granted", "caller")


@pytest.mark.parametrize("state", ["denied", "unknown", "limited"])
def test_track__an_order_without_consent_is_kept_as_skipped_without_the_person(make_event, state):
    data = UserData.of(email="jo@shop.example", phone="+4930123456", fbp="fb.1.1700000000000.42")
    track(make_event(user_data=data), consent=Consent(state), order_key="shop.order:1")
    row = stored()
    assert (row.status, row.reason, row.payload) == (Status.SKIPPED, f"consent_{state}", "")
    assert row.due_at is None
    assert row.email_key
    assert row.phone_key is row.visitor_key is None


def test_track__limited_consent_sends_with_limited_data_use(make_event):
    limited = {
        "data_processing_options": ["LDU"],
        "data_processing_options_country": 1,
        "data_processing_options_state": 1000,
    }
    track(make_event(**limited), consent=Consent("limited"), order_key="shop.order:1")
    assert stored().status == Status.PENDING


def test_track__a_page_event_without_consent_is_counted_not_stored(make_event):
    for _ in range(3):
        track(make_event("ViewContent"), consent=DENIED)
    assert not OutboxEvent.objects.exists()
    count = SkipCount.objects.get()
    assert (count.event_name, count.reason, count.count) == ("ViewContent", "consent_denied", 3)


def test_track__an_event_that_is_too_old_for_meta_is_skipped(make_event):
    track(make_event(event_time=timezone.now() - timedelta(days=7)), order_key="shop.order:1")
    assert (stored().status, stored().reason) == (Status.SKIPPED, "too_old")


def test_track__a_shop_sale_may_be_62_days_old(make_event):
    old = timezone.now() - timedelta(days=61)
    track(make_event(event_time=old, action_source="physical_store"), order_key="shop.order:1")
    assert stored().status == Status.PENDING


def test_track__too_little_about_the_person_never_enters_a_batch(make_event):
    track(make_event(user_data=UserData.of(country="DE")), order_key="shop.order:1")
    assert (stored().status, stored().reason, stored().due_at) == (Status.DEAD, "too_little_user_data", None)


def test_track__an_unknown_pixel_is_named(make_event):
    with pytest.raises(ImproperlyTracked, match=r"'other'.*default"):
        track(make_event(), pixel="other")


def test_track__an_event_larger_than_the_bound_is_refused(make_event, capi):
    capi(EVENT_BYTES=300)
    with pytest.raises(InvalidEvent, match="EVENT_BYTES"):
        track(make_event())


def test_track__a_value_the_column_cannot_hold_is_refused(make_event):
    with pytest.raises(InvalidEvent, match="value"):
        track(make_event(custom_data=CustomData(value=10**15, currency="EUR")))


def test_track__switched_off_stores_nothing(make_event, capi):
    capi(ENABLED=False)
    track(make_event())
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    "verb", [lambda event: track_all([("default", event)]), lambda event: skip_all([("default", event)], "why")]
)
def test_verbs_for_many__switched_off_store_and_count_nothing(make_event, capi, verb):
    capi(ENABLED=False)
    verb(make_event("PageView"))
    assert not OutboxEvent.objects.exists()
    assert not SkipCount.objects.exists()


def test_skip_all__switched_off_counts_no_robots(make_event, capi):
    capi(ENABLED=False)
    skip_all([("default", make_event("PageView"))], "bot")
    assert not RobotCount.objects.exists()


def test_contents_of__are_the_columns_that_the_event_makes(make_event):
    event = make_event()
    track(event)
    found = contents_of(event)
    assert OutboxEvent.objects.filter(**found).count() == 1
    assert {"payload", "value", "currency", "email_key", "match_score"} <= found.keys()


@pytest.fixture
def heard():
    """What was told of rows: id, database, and how long they wait."""
    told = []

    def listen(event, using, delay, **_: object) -> None:
        told.append((event.event_id, using, delay))

    event_recorded.connect(listen)
    yield told
    event_recorded.disconnect(listen)


@pytest.mark.parametrize("delay", [timedelta(0), timedelta(seconds=60)])
def test_track__announces_the_row_and_how_long_it_waits(make_event, heard, delay):
    track(make_event(event_id="e1"), delay=delay)
    assert heard == [("e1", "default", delay)]


def test_verbs__announce_a_row_that_does_not_wait_as_ready(make_event, heard):
    skip(make_event(event_id="e1"), "staff", order_key="shop.order:1")
    track_all([("default", make_event(event_id=each)) for each in ("e2", "e3")])
    row = OutboxEvent.objects.get(event_id="e2")
    complete(row, make_event(event_id="e2"), vouched(), using="default", due_now=True)
    assert heard == [(each, "default", timedelta(0)) for each in ("e1", "e2", "e3", "e2")]


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("order_key", [None, "shop.order:1"])
def test_verbs__give_the_row_back_whether_it_is_kept_or_not(make_event, capi, is_on, order_key):
    capi(ENABLED=is_on)
    kept = track(make_event(event_id="e1"), order_key=order_key)
    skipped = skip(make_event(event_id="e2"), "staff", order_key=order_key)
    withheld = track(make_event(event_id="e3"), order_key=order_key, withheld="why")
    assert [row.event_id for row in (kept, skipped, withheld)] == ["e1", "e2", "e3"]


def test_verbs__take_an_order_without_a_part_as_the_whole(make_event):
    track(make_event(), order_key="shop.order:1")
    skip(make_event(), "staff", order_key="shop.order:2")
    assert set(OutboxEvent.objects.values_list("part", flat=True)) == {""}


def test_verbs__take_a_part_that_fits_its_column(make_event):
    track(make_event(), order_key="shop.order:1", part="p" * 32)
    with pytest.raises(InvalidEvent, match=r"^part: "):
        track(make_event(), order_key="shop.order:1", part="p" * 33)


def test_track__keeps_as_much_of_the_proof_as_its_columns_hold(make_event):
    track(make_event(), consent=Consent("granted", policy="p" * 65, source="s" * 65))
    assert (stored().consent_policy, stored().consent_source) == ("p" * 64, "s" * 64)


def test_skip__records_why_an_order_is_not_sent(make_event):
    skip(make_event(), "staff", order_key="shop.order:1")
    assert (stored().status, stored().reason, stored().payload) == (Status.SKIPPED, "staff", "")


@pytest.mark.parametrize(
    ("name", "give"), [("withheld", track), ("reason", lambda event, **x: skip(event, x["withheld"]))]
)
def test_verbs__refuse_a_reason_that_no_column_holds(make_event, name, give):
    give(make_event(), withheld="x" * 64)
    with pytest.raises(InvalidEvent, match=f"^{name}: "):
        give(make_event(), withheld="x" * 65)


def test_skip__keeps_the_answer_that_it_was_given(make_event):
    skip(make_event(), "why", consent=DENIED, order_key="1")
    assert (stored().consent_state, stored().consent_source) == ("denied", "cookie")


def test_track_all__leaves_out_and_logs_what_can_not_be_right(make_event, capi, caplog):
    capi(EVENT_BYTES=1000)
    bad = make_event(custom_data=CustomData(value=9, currency="EUR", content_name="x" * 1000))
    rows = track_all([("default", bad), ("default", make_event(event_id="good"))])
    assert [row.event_id for row in rows] == [stored().event_id] == ["good"]
    assert "InvalidEvent" in caplog.text


@pytest.mark.parametrize(("reason", "robots"), [("bot", {"default": 2, "other": 1}), ("consent_denied", {})])
def test_skip_all__counts_robots_by_pixel_too(make_event, reason, robots):
    events = [
        (pixel, make_event("PageView", event_id=str(n))) for n, pixel in enumerate(("default", "other", "default"))
    ]
    skip_all(events, reason)
    assert {each.pixel: each.count for each in RobotCount.objects.all()} == robots
