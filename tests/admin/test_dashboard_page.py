"""The dashboard's page: its numbers are what ``metrics`` answers, for whoever asks, however the address was written."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.admin.dashboard.charts import columns, lines, spark
from capi_tracking.admin.dashboard.grids import Cell, Column, Grid, Kind
from capi_tracking.admin.dashboard.ticks import ticks
from capi_tracking.metrics.rollup.adding import roll_up
from capi_tracking.models import QualityFetch, SkipCount, Status
from tests.factories import BrowserReceiptFactory, DeliveryAttemptFactory, OutboxEventFactory, PixelFactory

pytestmark = pytest.mark.django_db
PAGE = "admin:capi_tracking_dashboard_changelist"
GRIDS = (
    "events",
    "keys",
    "meta",
    "skipped",
    "failures",
    "onesided",
    "campaigns",
    "latest",
    "sides",
    "outcomes",
    "latency",
    "funnel",
    "consent",
)
EVIL = "<script>zq9()</script>"


@pytest.fixture
def shop():
    """A little of everything, in two currencies."""
    PixelFactory(last_success_at=timezone.now())
    for page, currency in ((False, "EUR"), (True, "EUR"), (False, "USD")):
        paired = OutboxEventFactory(sent=True, page=page, value=Decimal("12.50"), currency=currency)
        BrowserReceiptFactory(row=paired)
        OutboxEventFactory(sent=True, page=page, value=Decimal("7.25"), currency=currency)
    OutboxEventFactory(status=Status.DEAD, reason="rejected_100", value=Decimal(3), currency="EUR")
    OutboxEventFactory(status=Status.SKIPPED, reason="consent_denied")
    OutboxEventFactory(status=Status.PENDING)
    OutboxEventFactory(sent=True, page=True, event_name=EVIL)
    SkipCount.objects.add(timezone.localdate(), "default", "PageView", "bot")
    DeliveryAttemptFactory(denied=True)
    told = {"score": "6.8", "coverage": "41", "goal": "75", "server_count": 12, "our_count": 9}
    line = {"event_name": "Purchase", "taken_at": timezone.now().isoformat()} | told
    QualityFetch.objects.create(pixel="default", events=1, told=[line])


@pytest.fixture
def marketer(staff):
    return staff("view_dashboard")


def texts(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " ").split())


def rows_of(answer):
    return list(csv.reader(StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_page__has_the_numbers_that_metrics_answers(admin_client, shop):
    raw = admin_client.get(reverse(PAGE)).text
    page, health = texts(raw), metrics.health(metrics.window())
    ripe, sold = health.delivered.so_far, health.orders
    three = re.search(r'class="capi-three">(.*?)</dl>', raw, re.DOTALL)[1]
    numbers = [texts(each) for each in re.findall(r"<dd>(.*?)</dd>", three, re.DOTALL)]
    assert numbers == [str(sold.sent), str(sold.withheld), str(sold.lost)] == ["4", "1", "1"]
    assert "EUR 19.75, USD 19.75 sent, EUR 3 lost" in page
    assert f"{ripe.part} of {ripe.whole}" in page
    assert f"{health.order_overlap.share.part} of {health.order_overlap.share.whole} browser copies" in page
    assert f"Match keys {health.match_keys.orders} %" in page
    assert "Meta's own: 6.8 of 10 for Purchase (fetched" in page


@pytest.mark.parametrize("name", GRIDS)
def test_csv__of_every_table_has_the_rows_of_the_page_for_a_marketer_too(marketer, shop, name):
    page = marketer.get(reverse(PAGE), {"period": "28d", "csv": name})
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.headers["Content-Disposition"] == f'attachment; filename="capi-{name}-28d.csv"'
    titles, *rows = rows_of(page)
    grid = marketer.get(reverse(PAGE), {"period": "28d"}).context["board"].grids[name]
    assert len(rows) == len(grid.rows) > 0
    assert {len(row) for row in rows} == {len(titles)}
    assert rows[0][0]


def test_csv__keeps_currencies_apart(marketer, shop):
    titles, *rows = rows_of(marketer.get(reverse(PAGE), {"csv": "campaigns"}))
    assert titles[-2:] == ["Value, EUR", "Value, USD"]
    assert sum(Decimal(row[-1] or 0) for row in rows) == Decimal("19.75")


def test_csv__tells_nobody_without_the_permission(client, shop):
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    for name in GRIDS:
        assert client.get(reverse(PAGE), {"csv": name}).status_code == 403


def test_marketer__finds_no_way_to_rows_and_no_single_value(marketer, shop):
    page = marketer.get(reverse(PAGE)).text
    own = page[page.index('class="capi-page"') :]
    assert not re.search(r'href="/admin/capi_tracking/(?!dashboard)', own)
    assert "capi-ways" not in own
    columns_of_feed = [column.title for column in marketer.get(reverse(PAGE)).context["board"].grids["latest"].columns]
    assert columns_of_feed == ["Recorded", "Event", "State", "Sides"]
    assert EVIL not in own
    assert "zq9" in own


def test_staff__find_the_way_from_every_number_to_its_rows(admin_client, shop):
    page = admin_client.get(reverse(PAGE), {"period": "28d"}).text
    own = page[page.index('class="capi-page"') :]
    ways = [way.replace("&amp;", "&") for way in re.findall(r'href="(/admin/[^"]+)"', own)]
    assert len(ways) > 40
    of_a_kind = {re.sub(r"=[^&]*|\d+", "", way): way for way in ways}
    for way in of_a_kind.values():
        assert admin_client.get(way).status_code == 200, way


def test_filters__outlive_each_other(admin_client, shop, capi):
    asked = {"period": "28d", "event": "ViewContent", "pixel": "default", "tests": "1"}
    page = admin_client.get(reverse(PAGE), asked)
    own = page.text[page.text.index('class="capi-controls"') :].split("</form>")[0]
    for period in ("24h", "7d"):
        assert f"?period={period}&amp;pixel=default&amp;event=ViewContent&amp;tests=1" in own
    assert "<option selected>ViewContent</option>" in own
    assert re.search(r'name="tests"[^>]* checked', own)
    exported = re.search(r'href="(\?[^"]+csv=events)"', page.text)[1].replace("&amp;", "&")
    assert [row[0] for row in rows_of(admin_client.get(reverse(PAGE) + exported))[1:]] == ["ViewContent"]


def test_page__of_an_event_that_no_order_makes_has_its_own_numbers_and_changes(admin_client, shop):
    before = timezone.now() - timedelta(days=8)
    OutboxEventFactory(sent=True, page=True, event_time=before)
    page = admin_client.get(reverse(PAGE), {"event": "ViewContent", "period": "7d"})
    health = page.context["health"]
    assert (health.changes.orders.before, page.context["board"].overlap) == (1, health.page_overlap)
    shown = texts(page.text)
    assert f"Match keys {health.match_keys.pages} %" in shown
    assert "Near 100 % by design" in shown


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"period": "nonsense"}, "There is no such period"),
        ({"from": "2026-02-31"}, "There is no such period"),
        ({"from": EVIL}, "There is no such period"),
        ({"from": "1926-01-01", "to": "2036-01-01"}, "A period has at most 92 days"),
        ({"period": "0001-01-01..9999-12-31"}, "A period has at most 92 days"),
        ({"pixel": "gone"}, "There is no pixel"),
        ({"event": "\0"}, "No event is called"),
        ({"event": "x" * 5000}, "No event is called"),
        ({"csv": "passwords"}, "There is no such table"),
        ({"period": "\0", "pixel": EVIL, "event": EVIL, "tests": EVIL, "csv": EVIL}, "There is no such period"),
        ({"from": "2199-01-01"}, ""),
        ({"event": "Nothing"}, ""),
    ],
)
def test_page__is_clear_about_an_address_that_somebody_wrote_by_hand(admin_client, shop, asked, told):
    page = admin_client.get(reverse(PAGE), asked)
    assert page.status_code == 200
    assert told in page.text
    assert EVIL not in page.text


def test_page__is_of_the_days_that_were_asked_for(admin_client, shop):
    OutboxEventFactory(sent=True, event_time=timezone.now() - timedelta(days=40))
    day = timezone.localdate() - timedelta(days=40)
    page = admin_client.get(reverse(PAGE), {"from": day, "to": day})
    assert page.context["health"].orders.sent == 1
    assert f'value="{day}"' in page.text
    assert f"period={day}..{day}" in page.text
    listed = re.search(r'href="(/admin/[^"]+outcome=sent[^"]*)"', page.text)[1].replace("&amp;", "&")
    assert admin_client.get(listed).context["cl"].result_count == 1


def questions(client, asked):
    """How many the page asks. What it found is noted besides, for the alerts."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(PAGE), asked).status_code == 200
    return len([query for query in queries if query["sql"].startswith("SELECT")])


def test_page__asks_at_most_12_queries_whatever_is_asked_for(marketer, shop):
    for asked in ({}, {"period": "28d", "event": "Purchase", "tests": "1"}, {"csv": "events"}, {"from": "2026-01-01"}):
        assert questions(marketer, asked) <= 12, asked
    roll_up()
    for asked in ({}, {"period": "24h"}):
        assert questions(marketer, asked) <= 12, asked


def test_page__of_a_time_in_which_nothing_happened_says_so_and_is_no_checklist(
    marketer, shop, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        page = marketer.get(reverse(PAGE), {"from": "2020-01-01", "to": "2020-01-05"})
    assert page.status_code == 200


# -- drawings ----------------------------------------------------------------------------------------------------------


def of_days(*counts):
    now = timezone.now()
    return Grid(
        name="x",
        title="x",
        columns=(Column("From", Kind.DAY), Column("A"), Column("B")),
        rows=tuple((Cell(now), *map(Cell, each)) for each in counts),
    )


@pytest.mark.parametrize(
    ("highest", "steps", "last"),
    [
        (0, 1, 1),
        (1, 1, 1),
        (3, 3, 3),
        (5, 5, 5),
        (6, 3, 6),
        (9, 5, 10),
        (11, 3, 15),
        (42, 5, 50),
        (100, 5, 100),
        (101, 3, 150),
        (537, 3, 600),
        (1001, 3, 1500),
        (98_765, 5, 100_000),
        (10**9 + 1, 3, 15 * 10**8),
    ],
)
def test_ticks__are_few_and_round(highest, steps, last):
    found = ticks(highest)
    assert (len(found) - 1, found[0], found[-1]) == (steps, 0, last)
    assert {each - before for before, each in pairwise(found)} == {last // steps}
    assert str(last // steps).rstrip("0") in {"1", "2", "5"}


def test_columns__stand_on_whole_numbers_below_a_round_one():
    drawn = columns(of_days((3, 1), (7, 2), (0, 0)), ("a", "b"), "says")
    low, high, none = drawn.bars
    assert (drawn.ticks, drawn.keys) == ((0, 2, 4, 6, 8, 10), (("a", "A"), ("b", "B")))
    assert drawn.levels == ((10, 0), (8, 48), (6, 96), (4, 144), (2, 192), (0, 240))
    assert (high.boxes[-1].y, sum(box.height for box in high.boxes)) == (24, 216)
    assert sum(box.height for box in low.boxes) == 96  # up to the line of its number
    assert none.boxes == ()
    assert high.words.endswith("A 7, B 2")
    assert columns(of_days(), ("a", "b"), "says").bars == ()


def test_columns__show_one_in_thousands():
    drawn = columns(of_days((10_000, 1)), ("a", "b"), "says")
    assert min(box.height for box in drawn.bars[0].boxes) == 1


def test_lines__are_as_wide_as_their_share_of_the_longest():
    named = Grid(
        name="x",
        title="x",
        columns=(Column("Step", Kind.TEXT), Column("Count"), Column("Share", Kind.PERCENT)),
        rows=tuple(
            (Cell(name), Cell(count), Cell(share))
            for name, count, share in (("a", 2000, 100), ("b", 1, 0), ("c", 0, None))
        ),
    )
    drawn = lines(named, "says")
    assert [line.width for line in drawn.lines] == [100, 1, 0]
    assert [line.told for line in drawn.lines] == ["2,000 (100\N{NO-BREAK SPACE}%)", "1 (0\N{NO-BREAK SPACE}%)", "0"]


def test_spark__is_cut_where_there_is_nothing_to_tell():
    assert spark([100, 50, None, 0]) == ("0,0 33,12", "100,24 100,24")
    assert spark([None, None]) == ()
