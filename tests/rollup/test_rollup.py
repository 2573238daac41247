"""What was added up says what the rows say, whatever happens to them, or a page reads the rows."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from capi_tracking import metrics, tasks
from capi_tracking.models import OutboxEvent, Rollup, RollupLine, StaleHour, mark_stale
from capi_tracking.models import rollup as marks
from capi_tracking.privacy import prune
from tests.factories import OutboxEventFactory
from tests.rollup import plainly, shop

pytestmark = pytest.mark.django_db
SEED = 20261127
OF_OTHER_HOURS = "campaigns"  # a sale's may be that of a view of another hour: docs/rollup.md
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh_process():
    marks._marked.clear()


@pytest.fixture
def two_pixels(capi):
    entry = {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "test-token"}
    capi(PIXELS={"default": entry, "other": entry}, FUNNEL=list(shop.NAMES))


def check(now, *, also="", but=""):
    """Every number of every window is the one that plain Python finds in the rows."""
    today = timezone.localdate(now)
    windows = ["24h", "7d", "28d", f"{today - 12 * DAY}..{today - 3 * DAY}", f"{today - DAY}..{today - DAY}"]
    for name, narrowed in zip(windows, [{}, {"pixel": "other"}, {}, {"with_tests": True}, {}], strict=True):
        window = metrics.window(name, now)
        found = plainly.told(metrics.health(window, now=now, **narrowed))
        expected = plainly.numbers(window, now, **narrowed)
        for number in expected.keys() - {but}:
            assert found[number] == expected[number], (also, name, number)


def is_read_from_rows(moment):
    """Whether a page still reads the rows of that time."""
    row = OutboxEventFactory(sent=True, event_name="Unheard", event_time=moment, settled_at=moment, created_at=moment)
    found = metrics.health(metrics.window("28d"))
    row.delete()
    return "Unheard" in found.event_names


# -- equal to the rows ---------------------------------------------------------------------------------------------


def test_page__says_what_plain_python_finds_in_the_rows(
    two_pixels, settings, time_machine, django_capture_on_commit_callbacks
):
    dice = random.Random(SEED)
    shop.a_shop(dice, 500)
    check(timezone.now(), also="nothing added up")
    metrics.roll_up()
    check(timezone.now(), also="added up")
    assert not is_read_from_rows(timezone.now() - 5 * DAY)
    with django_capture_on_commit_callbacks(execute=True):
        shop.things_happen(dice, 1000)
    check(timezone.now(), also="changed since", but=OF_OTHER_HOURS)
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    check(timezone.now(), also="changed a while ago", but=OF_OTHER_HOURS)
    metrics.roll_up()
    check(timezone.now(), also="added up anew", but=OF_OTHER_HOURS)
    Rollup.objects.all().delete()
    check(timezone.now(), also="all rollups deleted")
    metrics.roll_up()
    check(timezone.now(), also="all added up once more")


def test_page__is_right_in_a_shop_that_moves_to_another_zone(two_pixels, settings):
    shop.a_shop(random.Random(SEED), 60)
    metrics.roll_up()
    settings.TIME_ZONE = "Asia/Kathmandu"  # where hours begin at a quarter to
    check(timezone.now(), also="moved")
    metrics.roll_up()
    check(timezone.now(), also="added up there")


@pytest.mark.parametrize("day", ["2026-10-25", "2026-03-29"])
def test_page__knows_days_of_25_and_23_hours(day, time_machine):
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    time_machine.move_to(noon + 2 * DAY)
    for minutes in range(-15 * 60, 15 * 60, 30):
        shop_row(noon + timedelta(minutes=minutes))
    metrics.roll_up()
    window = metrics.window(f"{noon.date() - DAY}..{noon.date() + DAY}")
    for each in (window, metrics.window(f"{day}..{day}")):
        expected = plainly.numbers(each, timezone.now())
        assert plainly.told(metrics.health(each))["parts"] == expected["parts"]
    assert not is_read_from_rows(noon)


def shop_row(at, **more):
    """One that was sent when it happened, and never changed since."""
    return OutboxEventFactory(sent=True, event_time=at, settled_at=at, **more)


# -- what is read, and when it is added up -------------------------------------------------------------------------


def test_roll_up__leaves_alone_what_is_not_over_or_too_young_to_judge(time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 0, 30, tzinfo=UTC), tick=False)  # half past one in Berlin
    now = timezone.now()
    shop_row(now - 100 * MINUTE)
    metrics.roll_up()
    assert is_read_from_rows(now - 10 * MINUTE)
    assert is_read_from_rows(now - 80 * MINUTE)  # in the hour that ended half an hour ago
    assert not is_read_from_rows(now - 100 * MINUTE)


def test_roll_up__waits_for_events_that_were_recorded_late(time_machine):
    now = timezone.now()
    shop_row(now - 3 * DAY, created_at=now - 10 * MINUTE)
    metrics.roll_up()
    assert is_read_from_rows(now - 3 * DAY)
    time_machine.move_to(now + HOUR + MINUTE)
    metrics.roll_up()
    assert not is_read_from_rows(now - 3 * DAY)


def test_roll_up__does_nothing_twice_and_goes_on_where_its_time_ended():
    shop_row(timezone.now() - 3 * DAY)
    first = metrics.roll_up(budget=timedelta(0))
    assert (first.computed, first.left > 70) == (0, True)
    assert metrics.roll_up() == metrics.RolledUp(computed=first.left, left=0)
    assert metrics.roll_up() == metrics.RolledUp(computed=0, left=0)


def test_health__asks_at_most_six_queries(django_assert_max_num_queries, two_pixels):
    shop.a_shop(random.Random(SEED), 40)
    metrics.roll_up()
    mark_now(timezone.now() - 3 * DAY)
    for name in ("24h", "7d", "28d"):
        with django_assert_max_num_queries(6):
            metrics.health(metrics.window(name), event="Purchase", with_tests=True)


# -- changes -------------------------------------------------------------------------------------------------------


def mark_now(*times):
    StaleHour.objects.mark(dict.fromkeys(times, timezone.now() + MINUTE))


def test_mark_stale__is_written_once_a_minute_and_not_for_what_is_young(
    django_capture_on_commit_callbacks, django_assert_num_queries
):
    now = timezone.now()
    for _ in range(3):
        with django_capture_on_commit_callbacks() as callbacks:
            mark_stale([now - 5 * DAY, now - 6 * DAY, now], using="default")
        assert len(callbacks) == 1
        with django_assert_num_queries(0 if StaleHour.objects.exists() else 3):  # a savepoint and one INSERT
            callbacks[0]()
    assert StaleHour.objects.count() == 2
    with django_capture_on_commit_callbacks() as callbacks:
        mark_stale([now], using="default")
    assert callbacks == []


def test_mark__never_ends_earlier_than_it_was_told_to():
    now = timezone.now()
    for minutes in (5, 1):
        StaleHour.objects.mark({now: now + minutes * MINUTE})
    assert StaleHour.objects.get().stale_until == now + 5 * MINUTE


def test_marked_days__are_read_from_rows_until_they_are_added_up_anew(time_machine):
    now = timezone.now().replace(minute=10)  # no hour ends meanwhile
    then = now - 5 * DAY
    time_machine.move_to(now)
    shop_row(then)
    metrics.roll_up()
    mark_now(then)
    assert is_read_from_rows(then)
    assert not is_read_from_rows(then + DAY)
    assert metrics.roll_up().computed == 0  # it would have to be done once more
    time_machine.move_to(now + 4 * MINUTE)
    assert metrics.roll_up().computed == 2  # the hour and the day
    assert not is_read_from_rows(then)


# -- what can go wrong ---------------------------------------------------------------------------------------------


def a_rollup(**more):
    start = datetime(2026, 11, 1, tzinfo=UTC)
    at = {"computed_at": timezone.now(), "checked_at": timezone.now()}
    return Rollup(**{"start": start, "end": start + DAY, "rows": 1, **at, **more})


def a_line(**more):
    return RollupLine(**{"pixel": "default", "event_name": "Purchase", "numbers": {}, **more})


def test_keep__of_a_rollup_that_is_interrupted_leaves_the_old_numbers():
    Rollup.objects.keep(a_rollup(), [a_line()], may_be_pruned=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        later = a_rollup(computed_at=timezone.now() + DAY)
        Rollup.objects.keep(later, [a_line(event_name="Lead"), a_line(pixel=None)], may_be_pruned=False)
    assert [line.event_name for line in Rollup.objects.get().lines.all()] == ["Purchase"]
    assert Rollup.objects.get().computed_at < timezone.now()


def test_keep__of_two_workers_has_the_later_look():
    now = timezone.now()
    assert Rollup.objects.keep(a_rollup(computed_at=now), [a_line()], may_be_pruned=False)
    assert not Rollup.objects.keep(a_rollup(computed_at=now - MINUTE), [], may_be_pruned=False)
    assert RollupLine.objects.count() == 1
    assert Rollup.objects.keep(a_rollup(computed_at=now + MINUTE), [], may_be_pruned=False)
    assert RollupLine.objects.count() == 0


def test_roll_up__never_wipes_days_whose_rows_are_gone(capi, settings, time_machine):
    then = timezone.now() - 100 * DAY
    window = metrics.between(then.date() - 3 * DAY, then.date() + 3 * DAY)
    shop_row(then, value=Decimal("7.00"))
    metrics.roll_up()
    OutboxEvent.objects.all().delete()
    mark_now(then)
    time_machine.move_to(timezone.now() + 4 * MINUTE)
    for _ in range(2):
        metrics.roll_up()
        assert metrics.health(window).orders.money_sent == (metrics.Money(Decimal("7.00"), "EUR"),)
    settings.TIME_ZONE = "Pacific/Apia"
    metrics.roll_up()
    assert metrics.health(metrics.between(*window.days)).orders.sent == 1


def test_prune__leaves_the_rollups(capi, time_machine):
    capi(PRUNE_AFTER=timedelta(days=70))
    then = timezone.now() - 69 * DAY
    window = metrics.between(then.date() - 3 * DAY, then.date() + 3 * DAY)
    shop_row(then)
    metrics.roll_up()
    time_machine.move_to(timezone.now() + 2 * DAY)
    OutboxEvent.objects.filter(event_time=then).update(event_time=then - 10 * DAY)  # the database's clock stays
    assert prune().events == 1
    metrics.roll_up()
    assert metrics.health(window).orders.sent == 1


# -- who calls it --------------------------------------------------------------------------------------------------


def test_capi_rollup__goes_on_until_nothing_is_left(capsys):
    shop_row(timezone.now() - 3 * DAY)
    call_command("capi_rollup")
    assert " days and hours added up, 0 left" in capsys.readouterr().out
    assert not is_read_from_rows(timezone.now() - 3 * DAY)


def test_task__adds_up_in_each_database():
    shop_row(timezone.now() - 2 * DAY)
    tasks.roll_up()
    assert Rollup.objects.filter(is_day=True).count() == 2
