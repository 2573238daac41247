"""What was added up says what the rows say, whatever happens to them, or a page reads the rows."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from capi_tracking import metrics, tasks
from capi_tracking.metrics.rollup import adding
from capi_tracking.models import OutboxEvent, Rollup, RollupLine, StaleHour, mark_stale
from capi_tracking.models import rollup as marks
from capi_tracking.models.rollup import Told
from capi_tracking.privacy import prune
from tests.factories import BrowserReceiptFactory, OutboxEventFactory
from tests.rollup import further, plainly, shop

pytestmark = pytest.mark.django_db
SEED = 20261127
OF_OTHER_HOURS = "campaigns"  # a sale's may be that of a view of another hour, which the task looks for: docs/rollup.md
NOBODY = dict.fromkeys(("visitor_key", "email_key", "external_key"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh_process():
    marks._marked.clear()


@pytest.fixture
def two_pixels(capi):
    entry = {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "test-token"}
    capi(PIXELS={"default": entry, "other": entry}, FUNNEL=list(shop.NAMES))


def add_up():
    """All that is due, however busy the machine is."""
    return metrics.roll_up(budget=HOUR)


def check(now, *, also="", but=""):
    """Every number of every window is the one that plain Python finds in the rows."""
    today, kept = timezone.localdate(now), plainly.kept()
    windows = ["24h", "7d", "28d", f"{today - 8 * DAY}..{today - 3 * DAY}", f"{today - DAY}..{today - DAY}"]
    for name, narrowed in zip(windows, [{}, {"pixel": "other"}, {}, {"with_tests": True}, {}], strict=True):
        window = metrics.window(name, now)
        health = metrics.health(window, now=now, **narrowed)
        found = plainly.told(health) | further.told(health)
        expected = plainly.numbers(window, now, kept, **narrowed) | further.numbers(window, now, kept, **narrowed)
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
    add_up()
    check(timezone.now(), also="added up")
    assert not is_read_from_rows(timezone.now() - 5 * DAY)
    with django_capture_on_commit_callbacks(execute=True):
        shop.things_happen(dice, 1000)
    check(timezone.now(), also="changed since", but=OF_OTHER_HOURS)
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    check(timezone.now(), also="changed a while ago", but=OF_OTHER_HOURS)
    add_up()
    check(timezone.now(), also="added up anew")
    Rollup.objects.all().delete()
    check(timezone.now(), also="all rollups deleted")
    add_up()
    check(timezone.now(), also="all added up once more")


def test_page__is_right_in_a_shop_that_moves_to_another_zone(two_pixels, settings):
    shop.a_shop(random.Random(SEED), 60)
    add_up()
    settings.TIME_ZONE = "Asia/Kathmandu"  # where hours begin at a quarter to
    check(timezone.now(), also="moved")
    add_up()
    check(timezone.now(), also="added up there")


@pytest.mark.parametrize("day", ["2026-10-25", "2026-03-29"])
def test_page__knows_days_of_25_and_23_hours(day, time_machine):
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    time_machine.move_to(noon + 2 * DAY)
    for minutes in range(-15 * 60, 15 * 60, 30):
        shop_row(noon + timedelta(minutes=minutes))
    add_up()
    window = metrics.window(f"{noon.date() - DAY}..{noon.date() + DAY}")
    for each in (window, metrics.window(f"{day}..{day}")):
        expected = plainly.numbers(each, timezone.now(), plainly.kept())
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
    add_up()
    assert is_read_from_rows(now - 10 * MINUTE)
    assert is_read_from_rows(now - 80 * MINUTE)  # in the hour that ended half an hour ago
    assert not is_read_from_rows(now - 100 * MINUTE)


def test_roll_up__waits_for_events_that_were_recorded_late(time_machine):
    now = timezone.now()
    shop_row(now - 3 * DAY, created_at=now - 10 * MINUTE)
    add_up()
    assert is_read_from_rows(now - 3 * DAY)
    time_machine.move_to(now + HOUR + MINUTE)
    add_up()
    assert not is_read_from_rows(now - 3 * DAY)


def test_roll_up__does_nothing_twice_and_goes_on_where_its_time_ended():
    shop_row(timezone.now() - 3 * DAY)
    first = metrics.roll_up(budget=timedelta(0))
    assert (first.computed, first.left > 70) == (0, True)
    assert add_up() == metrics.RolledUp(computed=first.left, left=0)
    assert add_up() == metrics.RolledUp(computed=0, left=0)


@pytest.mark.parametrize(("most", "looks"), [(adding.MOST_ROWS, 3), (1, 5)])
def test_roll_up__looks_up_neighbours_together_unless_they_have_many_rows(most, looks, monkeypatch, time_machine):
    monkeypatch.setattr(adding, "MOST_ROWS", most)
    now = timezone.now().replace(hour=20, minute=10)
    time_machine.move_to(now)
    for hours in (30, 31, 32):
        shop_row(now - hours * HOUR)
    with CaptureQueriesContext(connection) as asked:
        add_up()
    assert sum("UNION ALL" in each["sql"] for each in asked) == looks  # the last hour's visitors, three hours, a day


def test_health__asks_at_most_six_queries(django_assert_max_num_queries, two_pixels):
    shop.a_shop(random.Random(SEED), 40)
    add_up()
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
    add_up()
    mark_now(then)
    assert is_read_from_rows(then)
    assert not is_read_from_rows(then + DAY)
    assert add_up().computed == 0  # it would have to be done once more
    time_machine.move_to(now + 4 * MINUTE)
    assert add_up().computed == 2  # the hour and the day
    assert not is_read_from_rows(then)


def a_sale(at, **more):
    more = {"visitor_key": "a", **more}
    return shop_row(at, event_name="Purchase", order_key=f"shop.order:{at:%d%H%M}", part="", **more)


def campaigns():
    return [each.name for each in metrics.health(metrics.window("7d")).campaigns]


def test_roll_up__gives_a_sale_to_the_campaign_of_a_view_that_was_recorded_later(time_machine):
    now = timezone.now()
    a_sale(now - 30 * HOUR)
    add_up()
    named = {"visitor_key": "a", "campaign": "spring\tshoes\t"}
    OutboxEventFactory(sent=True, event_time=now - 50 * HOUR, settled_at=timezone.now(), **named)
    time_machine.move_to(now + 5 * MINUTE)
    add_up()
    assert campaigns() == ["shoes"]


@pytest.mark.parametrize("key", ["visitor_key", "email_key", "external_key"])
def test_unname__marks_the_sales_that_the_rows_told_of(key, time_machine, django_capture_on_commit_callbacks):
    now = timezone.now().replace(minute=10)
    time_machine.move_to(now)
    view = a_sale(now - 50 * HOUR, redacted_at=now, campaign="spring\tshoes\t", **{**NOBODY, key: "k"})
    a_sale(now - 30 * HOUR, **{**NOBODY, key: "k"})
    add_up()
    with django_capture_on_commit_callbacks(execute=True):
        OutboxEvent.objects.filter(pk=view.pk).unname(limit=10)
    marked = set(StaleHour.objects.values_list("hour", flat=True))
    assert marked == {(now - hours * HOUR).replace(minute=0, second=0, microsecond=0) for hours in (50, 30)}


def test_page__tells_at_once_what_a_browser_corrected_and_what_only_it_knows(two_pixels):
    now = timezone.now()
    row = shop_row(now - 30 * HOUR)
    told = BrowserReceiptFactory(row=row, state=0, created_at=row.event_time)
    alone = BrowserReceiptFactory(state=0, created_at=row.event_time)
    add_up()
    assert metrics.health(metrics.window("7d")).order_overlap.share.whole == 0
    for each in (told, alone):
        shop.told_again(each, 2)
    BrowserReceiptFactory()
    assert metrics.health(metrics.window("7d")).order_overlap.share.whole == 3


def test_visitors_of_a_day_that_is_not_over__are_asked_of_the_last_hours_rows_alone(two_pixels, time_machine):
    now = timezone.now().replace(hour=20, minute=10)
    time_machine.move_to(now)
    for hours in (0, 0.5, 5, 9, 22, 26):
        shop_row(now - hours * HOUR, visitor_key="a" if hours != 9 else "b")
    add_up()
    expected = {name: metrics.health(metrics.window(name)).funnel for name in ("24h", "7d")}
    assert plainly.numbers(metrics.window("24h"), now, plainly.kept())["funnel"] == {"Purchase": 3}
    OutboxEvent.objects.filter(event_time=now - 9 * HOUR).delete()  # nothing marks it
    assert {name: metrics.health(metrics.window(name)).funnel for name in ("24h", "7d")} == expected


# -- what can go wrong ---------------------------------------------------------------------------------------------


def a_rollup(**more):
    start = datetime(2026, 11, 1, tzinfo=UTC)
    at = {"computed_at": timezone.now(), "checked_at": timezone.now()}
    return Rollup(**{"start": start, "end": start + DAY, "rows": 1, **at, **more})


def a_line(**more):
    return RollupLine(**{"pixel": "default", "event_name": "Purchase", "numbers": {}, **more})


def keep(rollup, *lines):
    return Rollup.objects.keep([Told(rollup, lines)], pruned_before=rollup.start)


def test_keep__of_a_rollup_that_is_interrupted_leaves_the_old_numbers():
    keep(a_rollup(), a_line())
    with pytest.raises(IntegrityError), transaction.atomic():
        keep(a_rollup(computed_at=timezone.now() + DAY), a_line(event_name="Lead"), a_line(pixel=None))
    assert [line.event_name for line in Rollup.objects.get().lines.all()] == ["Purchase"]
    assert Rollup.objects.get().computed_at < timezone.now()


def test_keep__of_two_workers_has_the_later_look():
    now = timezone.now()
    assert keep(a_rollup(computed_at=now), a_line())
    assert not keep(a_rollup(computed_at=now - MINUTE))
    assert RollupLine.objects.count() == 1
    assert keep(a_rollup(computed_at=now + MINUTE))
    assert RollupLine.objects.count() == 0


def test_roll_up__never_wipes_days_whose_rows_are_gone(capi, settings, time_machine):
    then = timezone.now() - 100 * DAY
    window = metrics.between(then.date() - 3 * DAY, then.date() + 3 * DAY)
    shop_row(then, value=Decimal("7.00"))
    add_up()
    OutboxEvent.objects.all().delete()
    mark_now(then)
    time_machine.move_to(timezone.now() + 4 * MINUTE)
    for _ in range(2):
        add_up()
        assert metrics.health(window).orders.money_sent == (metrics.Money(Decimal("7.00"), "EUR"),)
    settings.TIME_ZONE = "Pacific/Apia"
    add_up()
    assert metrics.health(metrics.between(*window.days)).orders.sent == 1


def test_prune__leaves_the_rollups(capi, time_machine):
    capi(PRUNE_AFTER=timedelta(days=70))
    then = timezone.now() - 69 * DAY
    window = metrics.between(then.date() - 3 * DAY, then.date() + 3 * DAY)
    shop_row(then)
    add_up()
    time_machine.move_to(timezone.now() + 2 * DAY)
    OutboxEvent.objects.filter(event_time=then).update(event_time=then - 10 * DAY)  # the database's clock stays
    assert prune().events == 1
    add_up()
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
