"""The verbs that change an outbox row's status."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from capi_tracking.models import LEASE_LIMIT, OutboxEvent, Pixel, Priority, Status
from tests.outbox_rows import make_row, make_rows, statuses

LEASE = timedelta(minutes=5)
NOW = timedelta(0)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def claim(limit: int = 10, priority: int = Priority.NORMAL, pixel: str = "default") -> tuple[str, list[int]]:
    token, rows = OutboxEvent.objects.claim(pixel, priority, limit=limit, lease=LEASE)
    return token, [row.pk for row in rows]


def lose_lease(row: OutboxEvent) -> None:
    OutboxEvent.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))


# -- claim -----------------------------------------------------------------------------------------------------------


def test_claim__takes_a_row_once() -> None:
    row = make_row()
    assert claim()[1] == [row.pk]
    assert claim()[1] == []
    row.refresh_from_db()
    assert (row.status, row.leases) == (Status.LEASED, 0)
    assert row.due_at is not None
    assert LEASE - timedelta(minutes=1) < row.due_at - timezone.now() <= LEASE + timedelta(seconds=1)


def test_claim__takes_the_oldest_first_and_no_more_than_the_limit() -> None:
    now = timezone.now()
    late = make_row(1, due_at=now - timedelta(minutes=1))
    later = make_row(2, due_at=now - HOUR)
    make_row(3, due_at=now - timedelta(seconds=30))
    assert set(claim(limit=2)[1]) == {late.pk, later.pk}


@pytest.mark.parametrize(
    "changes",
    [
        {"due_at": None, "status": Status.SENT},
        {"due_at": None, "status": Status.HELD},
        {"due_at": timezone.now() + HOUR},
        {"pixel": "other"},
        {"priority": Priority.FIRST},
    ],
)
def test_claim__leaves_what_is_not_due_here(changes: dict[str, Any]) -> None:
    make_row(**changes)
    assert claim()[1] == []


def test_claim__gives_the_values_of_the_row() -> None:
    row = make_row(environment="shop", strikes=2)
    (claimed,) = OutboxEvent.objects.claim("default", Priority.NORMAL, limit=1, lease=LEASE)[1]
    assert claimed.key == row.key
    assert claimed.payload == row.payload
    assert (claimed.environment, claimed.strikes, claimed.leases) == ("shop", 2, 0)


def test_claim__a_lease_that_ran_out_comes_back_and_is_counted_up_to_the_limit() -> None:
    row = make_row()
    for expected in [0, 1, 2, 3, 4, 5, 5]:
        assert claim()[1] == [row.pk]
        row.refresh_from_db()
        assert row.leases == expected
        lose_lease(row)
    assert expected == LEASE_LIMIT


def test_claim__takes_the_contents_that_an_order_got_meanwhile(monkeypatch: Any) -> None:
    if connection.features.has_select_for_update_skip_locked:
        pytest.skip("the claim's own lock makes the order wait here")
    row = make_row()
    lease = type(OutboxEvent.objects.all())._lease

    def completed_first(rows: Any, *args: Any) -> int:
        OutboxEvent.objects.complete(row.key, due_now=True, payload='{"whole":true}')
        return lease(rows, *args)

    monkeypatch.setattr(type(OutboxEvent.objects.all()), "_lease", completed_first)
    (claimed,) = OutboxEvent.objects.claim("default", Priority.NORMAL, limit=5, lease=LEASE)[1]
    row.refresh_from_db()
    assert claimed.payload == row.payload


def test_claim__asks_the_database_as_often_whatever_the_number_of_rows(django_assert_num_queries: Any) -> None:
    make_rows(50)
    with django_assert_num_queries(3 if connection.vendor == "sqlite" else 5):  # elsewhere in a transaction
        assert len(claim(limit=50)[1]) == 50


def test_claim__writes_nothing_where_nothing_is_due(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as queries:
        claim()
    assert "UPDATE" not in queries.captured_queries[0]["sql"]


def test_claim__is_led_by_the_partial_index() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("reads SQLite's plan")
    plan = OutboxEvent.objects.due("default", Priority.NORMAL).explain()
    assert "USING INDEX capi_claim" in plan or "capi_claim (" in plan
    assert "TEMP B-TREE" not in plan


# -- the lease -------------------------------------------------------------------------------------------------------


def test_extend__renews_the_lease() -> None:
    row = make_row()
    token, pks = claim()
    OutboxEvent.objects.update(due_at=timezone.now() + timedelta(seconds=1))
    assert OutboxEvent.objects.extend(token, pks, LEASE)
    row.refresh_from_db()
    assert row.due_at is not None
    assert row.due_at > timezone.now() + timedelta(minutes=4)


def test_extend__tells_when_one_row_was_lost() -> None:
    first, _ = make_rows(2)
    token, pks = claim()
    lose_lease(first)
    claim()
    assert not OutboxEvent.objects.extend(token, pks, LEASE)


@pytest.mark.parametrize("verb", ["put_back", "hold", "bury", "lapse"])
def test_failures__are_recorded_only_on_rows_the_lease_still_holds(verb: str) -> None:
    row = make_row()
    token, pks = claim()
    lose_lease(row)
    other, _ = claim()
    arguments: dict[str, Any] = {"put_back": {"wait": NOW}, "hold": {"reason": "x"}, "bury": {"reason": "x"}}
    assert not getattr(OutboxEvent.objects, verb)(token, pks, **arguments.get(verb, {}))
    row.refresh_from_db()
    assert (row.status, row.lease_token) == (Status.LEASED, other)


# -- what came back --------------------------------------------------------------------------------------------------


def test_settle__is_final_whoever_holds_the_lease() -> None:
    row = make_row()
    _, pks = claim()
    lose_lease(row)
    claim()
    assert OutboxEvent.objects.settle(pks, attempt=7, short=True, test=True) == 1
    row.refresh_from_db()
    assert (row.status, row.due_at, row.lease_token) == (Status.SENT, None, "")
    assert (row.attempts, row.last_attempt_id, row.short_ack, row.is_test) == (1, 7, True, True)
    assert row.sent_at is not None
    assert row.settled_at is not None


def test_settle__leaves_what_was_settled_before() -> None:
    row = make_row(status=Status.CANCELLED, due_at=None)
    assert OutboxEvent.objects.settle([row.pk], attempt=1, short=False, test=False) == 0


def test_put_back__waits_and_forgets_unanswered_leases_after_an_answer() -> None:
    row = make_row(leases=3)
    token, pks = claim()
    OutboxEvent.objects.put_back(token, pks, wait=HOUR, attempt=4, strike=True)
    row.refresh_from_db()
    assert (row.status, row.leases, row.strikes, row.attempts, row.last_attempt_id) == (Status.PENDING, 0, 1, 1, 4)
    assert row.due_at is not None
    assert row.due_at > timezone.now() + timedelta(minutes=59)


def test_put_back__unsent_changes_no_count() -> None:
    row = make_row(leases=3, attempts=2, last_attempt_id=9)
    token, pks = claim()
    OutboxEvent.objects.put_back(token, pks, wait=NOW)
    row.refresh_from_db()
    assert (row.status, row.leases, row.strikes, row.attempts, row.last_attempt_id) == (Status.PENDING, 3, 0, 2, 9)
    assert claim()[1] == pks


def test_hold__keeps_the_deadline_and_is_not_due() -> None:
    row = make_row()
    before = row.deadline_at
    token, pks = claim()
    OutboxEvent.objects.hold(token, pks, reason="denied_190", attempt=3)
    row.refresh_from_db()
    assert (row.status, row.due_at, row.reason, row.deadline_at) == (Status.HELD, None, "denied_190", before)


def test_bury__keeps_the_payload_for_replay() -> None:
    row = make_row()
    token, pks = claim()
    OutboxEvent.objects.bury(token, pks, reason="rejected_2804009", attempt=3)
    row.refresh_from_db()
    assert (row.status, row.reason, row.attempts) == (Status.DEAD, "rejected_2804009", 1)
    assert row.payload


# -- deadlines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.LEASED])
def test_expire__closes_what_is_too_old(status: str) -> None:
    row = make_row(status=status, deadline_at=timezone.now() - HOUR)
    (closed,) = OutboxEvent.objects.expire(limit=10)
    assert closed == (row.key, "default", Status.EXPIRED, "too_old")
    row.refresh_from_db()
    assert (row.status, row.due_at) == (Status.EXPIRED, None)
    assert OutboxEvent.objects.expire(limit=10) == []


def test_expire__leaves_a_row_that_is_on_its_way() -> None:
    make_row(status=Status.LEASED, due_at=timezone.now() + LEASE, deadline_at=timezone.now() - HOUR)
    assert OutboxEvent.objects.expire(limit=10) == []


def test_expire__a_closed_pair_window_is_skipped_and_keeps_no_customer_data() -> None:
    seen = timezone.now() - timedelta(hours=48)
    row = make_row(browser_at=seen, deadline_at=seen + timedelta(hours=47))
    (closed,) = OutboxEvent.objects.expire(limit=10)
    assert (closed.status, closed.reason) == (Status.SKIPPED, "pair_window_closed")
    row.refresh_from_db()
    assert row.payload == ""
    assert row.redacted_at is not None


def test_expire__is_bounded_and_leaves_the_living() -> None:
    make_rows(5, deadline_at=timezone.now() - HOUR)
    make_row(9)
    assert len(OutboxEvent.objects.expire(limit=3)) == 3
    assert len(OutboxEvent.objects.expire(limit=3)) == 2
    assert statuses()["e9"] == Status.PENDING


def test_hasten__moves_what_is_near_its_deadline_to_the_first_class() -> None:
    near = make_row(1, deadline_at=timezone.now() + HOUR)
    far = make_row(2)
    assert OutboxEvent.objects.hasten(limit=10) == 1
    near.refresh_from_db()
    far.refresh_from_db()
    assert (near.priority, far.priority) == (Priority.FIRST, Priority.NORMAL)
    assert OutboxEvent.objects.hasten(limit=10) == 0


# -- by hand ---------------------------------------------------------------------------------------------------------


def test_release__makes_held_rows_due_here_and_now(capi: Any) -> None:
    capi(ENVIRONMENT="staging")
    row = make_row(status=Status.HELD, due_at=None, reason="other_environment", environment="production")
    assert OutboxEvent.objects.release() == 1
    row.refresh_from_db()
    assert (row.status, row.reason, row.environment) == (Status.PENDING, "", "staging")
    assert claim()[1] == [row.pk]


@pytest.mark.parametrize("status", [Status.HELD, Status.DEAD, Status.PENDING])
def test_retry__starts_over_with_the_same_event(status: str) -> None:
    row = make_row(status=status, due_at=None, strikes=4, leases=5, reason="x")
    before = (row.payload, row.event_time)
    assert OutboxEvent.objects.retry() == 1
    row.refresh_from_db()
    assert (row.status, row.strikes, row.leases, row.reason) == (Status.PENDING, 0, 0, "")
    assert (row.payload, row.event_time) == before
    assert claim()[1] == [row.pk]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.SENT},
        {"status": Status.EXPIRED},
        {"status": Status.LEASED},
        {"status": Status.DEAD, "deadline_at": timezone.now() - HOUR},
        {"status": Status.DEAD, "payload": ""},
    ],
)
def test_retry__leaves_what_must_not_go_again(changes: dict[str, Any]) -> None:
    make_row(**changes)
    assert OutboxEvent.objects.retry() == 0


def test_cancel__forgets_the_customer_and_leaves_what_is_being_sent() -> None:
    waits = make_row(1)
    make_row(2, status=Status.LEASED)
    assert OutboxEvent.objects.cancel() == 1
    waits.refresh_from_db()
    assert (waits.status, waits.payload, waits.due_at) == (Status.CANCELLED, "", None)
    assert statuses()["e2"] == Status.LEASED


# -- the pixel -------------------------------------------------------------------------------------------------------


def test_ensure__makes_each_pixel_once() -> None:
    for _ in range(2):
        Pixel.objects.ensure(["a", "b"])
    assert sorted(Pixel.objects.values_list("alias", flat=True)) == ["a", "b"]


def test_begin_probe__is_won_by_one_worker() -> None:
    Pixel.objects.create(alias="a", wait_until=timezone.now() - HOUR)
    assert Pixel.objects.begin_probe("a", HOUR)
    assert not Pixel.objects.begin_probe("a", HOUR)


def test_begin_probe__that_sent_nothing_leaves_the_turn_to_the_next() -> None:
    Pixel.objects.create(alias="a", wait_until=timezone.now() - HOUR)
    Pixel.objects.begin_probe("a", HOUR)
    Pixel.objects.end_probe("a")
    assert Pixel.objects.begin_probe("a", HOUR)


def test_end_probe__ends_no_wait_that_began_meanwhile() -> None:
    Pixel.objects.create(alias="a", wait_until=timezone.now() - HOUR)
    Pixel.objects.begin_probe("a", LEASE)
    Pixel.objects.wait("a", HOUR, "throttled")
    Pixel.objects.end_probe("a")
    assert not Pixel.objects.ready().exists()


@pytest.mark.parametrize(
    ("reason", "until", "is_over"),
    [("throttled 4", HOUR, False), ("90 %", HOUR, False), ("unreachable", HOUR, True), ("throttled 4", -HOUR, True)],
)
def test_answered__ends_an_outage_and_no_wait_that_meta_asked_for(reason: str, until: timedelta, is_over: bool) -> None:
    Pixel.objects.create(alias="a", failures=2, wait_until=timezone.now() + until, wait_reason=reason)
    Pixel.objects.succeeded("a")
    pixel = Pixel.objects.get()
    assert (pixel.wait_until is None, pixel.wait_reason == "", pixel.failures == 0) == (is_over,) * 3
    assert pixel.last_success_at is not None


@pytest.mark.parametrize(("before", "after", "expected"), [(2, 1, 2), (1, 2, 2)])
def test_wait__of_two_that_meta_asked_for_the_longer_counts(before: int, after: int, expected: int) -> None:
    Pixel.objects.create(alias="a")
    for hours in (before, after):
        Pixel.objects.wait("a", hours * HOUR, f"throttled {hours}")
    pixel = Pixel.objects.get()
    assert pixel.wait_until is not None
    assert abs(pixel.wait_until - timezone.now() - expected * HOUR) < LEASE
    assert pixel.wait_reason == f"throttled {expected}"


def test_pause__by_a_person_goes_before_a_refusal_and_not_the_other_way_round() -> None:
    Pixel.objects.create(alias="a")
    assert Pixel.objects.pause("a", reason="denied", fingerprint="f")
    assert Pixel.objects.pause("a", reason="Paused by ann.")
    assert not Pixel.objects.pause("a", reason="Paused by bob.")
    assert not Pixel.objects.pause("a", reason="denied", fingerprint="f")
    assert Pixel.objects.get(refused_fingerprint="").paused_reason == "Paused by ann."


def test_pause__is_told_once_and_resume_asks_for_a_probe_at_once() -> None:
    Pixel.objects.create(alias="a", failures=2, wait_until=timezone.now() + HOUR)
    assert Pixel.objects.pause("a", reason="no", fingerprint="f")
    assert not Pixel.objects.pause("a", reason="no", fingerprint="f")
    assert not Pixel.objects.ready().exists()
    Pixel.objects.filter(alias="a").resume()
    assert Pixel.objects.ready().filter(failures=1, refused_fingerprint="").exists()
