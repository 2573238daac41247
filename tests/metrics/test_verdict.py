"""The action list: each trouble by its number, what to do about it, and that it goes with the mend."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.metrics import Trouble
from capi_tracking.metrics.verdict.problem import Problem
from capi_tracking.models import BrowserState, Heartbeat, Pixel, RobotCount, Status
from capi_tracking.models.robots import SLICE, slice_of
from capi_tracking.transports.versions import ENDS, end_of
from tests.factories import BrowserReceiptFactory, OutboxEventFactory, PixelFactory

pytestmark = pytest.mark.django_db
DAY, WEEK, MINUTE = timedelta(days=1), timedelta(days=7), timedelta(minutes=1)


def problems(name="7d", **more):
    return metrics.health(metrics.window(name), **more).problems


def kinds(**more):
    return [problem.kind for problem in problems(**more)]


def heart(name, minutes):
    Heartbeat.objects.create(name=name, beat_at=timezone.now() - minutes * MINUTE)


def test_silence__of_the_worker_is_told_after_ten_minutes_with_what_waits_and_not_twice():
    PixelFactory()
    OutboxEventFactory(event_time=timezone.now() - 2 * timedelta(hours=1), value=Decimal("7.50"))
    heart("worker", 9)
    assert kinds() == [Trouble.OVERDUE]
    Heartbeat.objects.update(beat_at=timezone.now() - 11 * MINUTE)
    (problem,) = problems()
    assert (problem.kind, problem.subject, problem.count) == (Trouble.SILENT, "worker", 1)
    assert problem.waits.startswith("1 event waits, EUR 7.50; the first expires")
    Heartbeat.objects.all().beat("worker")
    assert kinds() == [Trouble.OVERDUE]


def test_silence__of_beat_is_told_where_celery_delivers(capi):
    PixelFactory()
    heart("worker", 1)
    heart("beat", 11)
    capi(NUDGE="celery")
    (problem,) = problems()
    assert (problem.subject, "Celery beat" in problem.title) == ("beat", True)
    capi(NUDGE=None)
    assert kinds() == []


def test_test_code__is_told_after_a_day_and_while_it_is_set(capi, settings):
    PixelFactory(test_code_mark="x", test_code_since=timezone.now() - DAY - MINUTE)
    assert kinds() == []
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "t", "TEST_EVENT_CODE": "TEST1"}})
    assert kinds() == [Trouble.TEST_CODE]
    Pixel.objects.update(test_code_since=timezone.now() - DAY + MINUTE)
    assert kinds() == []


def test_test_code__is_noted_when_it_comes_changes_and_goes(django_assert_num_queries):
    PixelFactory()
    pixels = Pixel.objects.all()
    pixels.note_test_codes({"default": "one"})
    first = pixels.get().test_code_since
    with django_assert_num_queries(1):
        pixels.note_test_codes({"default": "one"})
    pixels.note_test_codes({"default": "two"})
    assert pixels.get().test_code_since > first
    pixels.note_test_codes({"default": ""})
    assert pixels.get().test_code_since is None


@pytest.mark.parametrize(
    ("version", "days", "told"),
    [
        ("v25.0", 91, ""),
        ("v25.0", 90, "ends on"),
        ("v25.0", -1, "ended on"),
        ("v26.0", -900, ""),
        ("v19.0", -900, "v19.0"),
    ],
)
def test_version__is_told_within_90_days_of_its_end(capi, time_machine, version, days, told):
    capi(GRAPH_VERSION=version)
    end = timezone.make_aware(timezone.datetime.combine(ENDS[25], timezone.datetime.min.time()))
    time_machine.move_to(end - days * DAY)
    titles = [problem.title for problem in problems()]
    assert (len(titles), told in "".join(titles)) == (bool(told), True)
    assert end_of("latest") is None


@pytest.mark.parametrize(("before", "now", "told"), [(50, 25, True), (50, 26, False), (49, 0, False), (50, 200, True)])
def test_volume__of_a_day_is_compared_with_the_same_weekday(before, now, told):
    OutboxEventFactory.create_batch(before, page=True, sent=True, event_time=timezone.now() - DAY - WEEK)
    OutboxEventFactory.create_batch(now, page=True, sent=True, event_time=timezone.now() - DAY)
    found = [problem for problem in problems() if problem.kind == Trouble.VOLUME]
    assert [(each.count, each.before) for each in found] == [(now, before)] * told


def test_volume__names_the_one_event_that_is_gone():
    for at in (timezone.now() - DAY - WEEK, timezone.now() - DAY):
        OutboxEventFactory.create_batch(60, page=True, sent=True, event_time=at)
    OutboxEventFactory.create_batch(50, page=True, event_name="Lead", event_time=timezone.now() - DAY - WEEK, sent=True)
    (problem,) = problems()
    assert problem.title == "Lead fell to 0 in a day, from 50 a week before."


def test_lost__is_told_of_one_bad_day_in_a_good_week():
    OutboxEventFactory.create_batch(18, sent=True)
    OutboxEventFactory.create_batch(2, status=Status.DEAD)
    OutboxEventFactory.create_batch(40, sent=True, event_time=timezone.now() - 2 * DAY)
    (problem,) = problems()
    assert (problem.kind, problem.count, problem.percent) == (Trouble.LOST, 2, 3)


def blocked(count, of, ago):
    rows = OutboxEventFactory.create_batch(of, sent=True, value=Decimal(10), event_time=timezone.now() - ago)
    for row in rows[:count]:
        BrowserReceiptFactory(row=row, state=BrowserState.BLOCKED)


@pytest.mark.parametrize(("before", "told"), [(2, True), (4, False)])
def test_blocked__is_told_since_when_it_has_risen_and_what_it_is_worth(before, told):
    blocked(before, 25, 4 * DAY)
    blocked(6, 20, DAY)
    found = [(each.kind, each.count, each.percent, each.before, each.money[0].amount) for each in problems()]
    assert found == [(Trouble.BLOCKED, 6, 30, 8, 60)] * told


@pytest.mark.parametrize(
    ("slices", "people", "told"),
    [
        ([0], 0, None),
        ([49], 0, None),
        ([50], 0, (50, 100)),
        ([25, 25], 49, (50, 50)),
        ([25, 25], 50, None),
        ([30, 30, 0, 10, 4, 0, 0, 90], 0, (70, 100)),  # the run ends where nothing came, for ten minutes and more
        ([0, 0, 900], 0, None),
    ],
)
def test_robots__are_told_while_they_are_many_and_more_than_people(slices, people, told):
    now = slice_of(timezone.now()) + timedelta(minutes=4)
    for number, count in enumerate(slices):
        RobotCount.objects.create(since=slice_of(now) - number * SLICE, pixel="default", count=count)
    OutboxEventFactory.create_batch(people, page=True, sent=True, event_time=now - SLICE, source="relay")
    found = [each for each in problems(now=now) if each.kind == Trouble.ROBOTS]
    assert [(each.count, each.percent) for each in found] == ([told] if told else [])


def receipts(*states, at=None, **more):
    """The newest first, a minute apart, each of another visitor."""
    for number, state in enumerate(states):
        when = (at or timezone.now()) - number * timedelta(minutes=1)
        told = {"visitor_key": f"{number:016x}", "created_at": when} | more
        BrowserReceiptFactory(state=state, event_name="PageView", **told)


B, H, U = BrowserState.BLOCKED, BrowserState.HANDED_OVER, BrowserState.UNKNOWN


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([B] * 19, None),
        ([B] * 20, 20),
        ([H] * 2 + [B] * 18, 18),
        ([H] * 3 + [B] * 100, None),  # mended: the latest twenty tell
        ([B] * 22 + [H] * 60, 22),
        ([U] * 30 + [B] * 20, 20),
        (([B] + [H] * 3) * 10, None),  # a healthy shop, a quarter of whose visitors block it
    ],
)
def test_shut_out__is_told_while_nearly_all_of_the_latest_visitors_block_the_pixel(states, told):
    receipts(*states)
    found = [each for each in problems() if each.kind == Trouble.SHUT_OUT]
    assert [each.count for each in found] == ([told] if told else [])


def test_shut_out__counts_visitors_and_of_each_the_last_word():
    receipts(*[B] * 40, visitor_key="0123456789abcdef")
    receipts(*[B] * 40, visitor_key="")
    assert problems() == ()
    receipts(*[B] * 20)
    receipts(*[H] * 20, at=timezone.now() - timedelta(hours=1))
    assert [each.kind for each in problems()] == [Trouble.SHUT_OUT]
    receipts(*[H] * 3, at=timezone.now() + timedelta(seconds=1))
    assert problems() == ()


def test_shut_out__says_since_when_unless_that_is_too_long_ago_to_see():
    now = timezone.now()
    receipts(*[B] * 30, H, *[B] * 2, *[H] * 10, at=now)  # some always block it, before that too
    (problem,) = problems()
    assert problem.since == now - timedelta(minutes=29)
    receipts(*[B] * 300, at=now + timedelta(seconds=1))
    (problem,) = problems()
    assert (problem.since, problem.title.startswith("Nearly every browser blocks the pixel: ")) == (None, True)


def test_gone__is_told_at_once_while_events_wait_for_a_pixel_that_left_the_settings(capi):
    OutboxEventFactory(pixel="left", value=Decimal(5))
    PixelFactory(alias="left", state="paused", paused_reason="denied 190", paused_at=timezone.now())
    PixelFactory(alias="left_too")
    (problem,) = problems()
    assert (problem.kind, problem.pixel, problem.count) == (Trouble.GONE, "left", 1)
    capi(PIXELS={alias: {"PIXEL_ID": "1", "ACCESS_TOKEN": "t"} for alias in ("left", "left_too")})
    assert kinds() == [Trouble.PAUSED]


def test_problems__stand_by_the_money_that_can_be_saved(capi):
    capi(PIXELS={alias: {"PIXEL_ID": alias, "ACCESS_TOKEN": "t"} for alias in "ab"})
    PixelFactory(alias="a", state="paused", paused_reason="denied 190", paused_at=timezone.now())
    PixelFactory(alias="b", state="paused", paused_reason="Paused by jo.", paused_at=timezone.now())
    OutboxEventFactory(pixel="a", value=Decimal(5))
    OutboxEventFactory(pixel="b", value=Decimal(50))
    OutboxEventFactory.create_batch(20, status=Status.DEAD, value=Decimal(1000))
    assert [(each.kind, each.pixel) for each in problems()] == [("paused", "b"), ("paused", "a"), ("lost", "")]


def test_problem__has_words_and_advice_of_every_kind():
    bare = {"subject": "worker"}
    for more in (bare, {"subject": "beat", "reason": "refuse", "pixel": "a", "name": "Lead", "count": 2}):
        for kind in Trouble:
            problem = Problem(kind=kind, **more)
            assert problem.title
            assert problem.advice.endswith((".", "?"))
            assert "%(" not in problem.title + problem.advice
