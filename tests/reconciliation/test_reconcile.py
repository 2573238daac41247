"""Orders against the outbox: every difference is found, with its reason, and what can be mended is."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from capi_tracking import orders
from capi_tracking.models import DifferenceKind as Kind
from capi_tracking.models import OrderDifference, OutboxEvent, Reconciliation, Source, Status
from capi_tracking.orders import between
from capi_tracking.reconciliation import Judgement, Outcome, reconcile, told
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order
from tests.factories import BrowserReceiptFactory, CheckoutContextFactory
from tests.reconciliation.faults import FAULTS, key_of, plant, row_of
from tests.sales import add_line, new_order, payload, row

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = timedelta(0)


def sold(ago: timedelta = DAY, **changes: Any) -> Order:
    """A paid order that no signal told of."""
    values = {"paid_at": timezone.now() - ago} | changes
    return Order.objects.bulk_create([new_order(**values)])[0]


def recorded(order: Order, **changes: Any) -> OutboxEvent:
    return OutboxEvent.objects.bulk_create([row_of(order, **changes)])[0]


def with_consent(order: Order) -> Order:
    CheckoutContextFactory(key=key_of(order))
    return order


def differences(days: int = 7, **options: Any) -> list[Judgement]:
    found: list[Judgement] = []
    reconcile(days, tell=found.append, **options)
    return found


def only(**options: Any) -> Judgement:
    (found,) = differences(**options)
    return found


# -- finding ---------------------------------------------------------------------------------------------------------


def test_reconcile__finds_exactly_the_faults_that_there_are():
    planted = plant(orders=400, each=3)
    found = differences()
    assert Counter(planted.values()) == dict.fromkeys(FAULTS, 3)
    assert {judgement.place.order_key: judgement.kind for judgement in found} == planted
    assert len(found) == len(planted)


def test_reconcile__asks_no_more_of_the_database_for_more_orders(monkeypatch):
    monkeypatch.setattr(between, "BATCH", 50)
    monkeypatch.setattr(told, "BATCH", 50)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            reconcile(7)
        return len(asked)

    plant(orders=100, each=1)
    few = queries()
    Order.objects.all().delete()
    OutboxEvent.objects.all().delete()
    plant(orders=400, each=1)
    more = queries()
    assert (
        more - few <= 7 * (400 - 100) / 50
    )  # two for the orders of a batch, three for its events, two for what differs


@pytest.mark.parametrize(
    ("changes", "kind", "outcome"),
    [
        ({}, None, Outcome.SENT),
        ({"status": Status.PENDING}, None, Outcome.WAITING),
        ({"status": Status.LEASED}, None, Outcome.WAITING),
        ({"status": Status.HELD}, Kind.HELD, Outcome.WAITING),
        ({"status": Status.DEAD}, Kind.DEAD, Outcome.LOST),
        ({"status": Status.EXPIRED}, Kind.EXPIRED, Outcome.LOST),
        ({"status": Status.CANCELLED, "reason": "by_staff"}, Kind.CANCELLED, Outcome.WITHHELD),
        ({"status": Status.CANCELLED, "reason": "consent_withdrawn"}, Kind.CONSENT, Outcome.WITHHELD),
        ({"status": Status.SKIPPED, "reason": "consent_denied"}, Kind.CONSENT, Outcome.WITHHELD),
        ({"status": Status.SKIPPED, "reason": "excluded_staff"}, Kind.EXCLUDED, Outcome.WITHHELD),
        ({"status": Status.SKIPPED, "reason": "shadow"}, Kind.SKIPPED, Outcome.WITHHELD),
        ({"status": Status.SKIPPED, "reason": "too_old"}, Kind.MISSED, Outcome.LOST),
        ({"status": Status.SKIPPED, "reason": "pair_window_closed"}, Kind.WINDOW_CLOSED, Outcome.BROWSER_ONLY),
        ({"status": Status.PENDING, "late": True}, Kind.EXPIRED, Outcome.LOST),
        ({"status": Status.HELD, "late": True, "seen": True}, Kind.WINDOW_CLOSED, Outcome.BROWSER_ONLY),
        ({"status": Status.SENT, "late": True}, None, Outcome.SENT),
    ],
)
def test_reconcile__has_a_reason_and_an_outcome_for_each_row(changes, kind, outcome):
    changes = dict(changes)
    if changes.pop("late", False):
        changes["deadline_at"] = timezone.now() - HOUR
    if changes.pop("seen", False):
        changes["browser_at"] = timezone.now() - 2 * DAY
    recorded(sold(), **changes)
    found: list[Judgement] = []
    report = reconcile(7, tell=found.append)
    assert [judgement.kind for judgement in found] == ([kind] if kind else [])
    assert report.outcomes == {outcome: 1}


@pytest.mark.parametrize(("ago", "kind"), [(DAY, Kind.NEVER_RECORDED), (8 * DAY, Kind.MISSED)])
def test_reconcile__what_was_never_recorded_is_lost(ago, kind):
    sold(ago)
    report = reconcile(30)
    assert (report.outcomes, report.kinds) == ({Outcome.LOST: 1}, {kind: 1})


def test_reconcile__a_store_has_longer(adapter):
    adapter(action_source="physical_store")
    sold(30 * DAY)
    assert only(days=60).kind == Kind.NEVER_RECORDED


@pytest.mark.parametrize(
    ("total", "is_drift"),
    [("99.49", False), ("99.50", True), ("98.51", False), ("98.50", True), ("0", True)],
)
def test_reconcile__a_value_may_differ_by_half_a_percent(total, is_drift):
    recorded(sold(total=Decimal(total)))
    assert [found.kind for found in differences()] == [Kind.DRIFT] * is_drift


@pytest.mark.parametrize("total", [99, 79])
def test_reconcile__what_was_given_back_is_no_drift_however_the_shop_writes_it(total):
    recorded(sold(total=total), refunded=20)
    assert differences() == []


@pytest.mark.parametrize("changes", [{"currency": "USD"}, {"value": None}])
def test_reconcile__another_currency_or_no_value_is_drift(changes):
    recorded(sold(), **changes)
    found = only()
    assert (found.kind, found.value, found.currency) == (Kind.DRIFT, Decimal("99.00"), "EUR")


def test_reconcile__tells_of_each_pixels_sale(capi, adapter):
    pixel = {"PIXEL_ID": "1", "ACCESS_TOKEN": "t"}
    capi(PIXELS={"default": pixel, "second": {**pixel, "PIXEL_ID": "2"}})
    adapter(pixels=lambda self, order: ["default", "second"])
    recorded(sold())
    report = reconcile(7)
    assert report.outcomes == {Outcome.SENT: 1, Outcome.LOST: 1}
    assert OrderDifference.objects.get().pixel == "second"


def test_reconcile__adds_up_by_currency():
    recorded(sold())
    recorded(sold(total=100), value=100)
    sold(currency="USD", total=7)
    report = reconcile(7)
    assert report.ordered == {"EUR": 199, "USD": 7}
    assert report.told == {"EUR": 199}


def test_reconcile__an_order_without_any_time_is_told_of_and_is_no_loss():
    sold(paid_at=None)
    report = reconcile(7)
    assert (report.outcomes, report.kinds) == ({Outcome.UNKNOWN: 1}, {Kind.UNDATED: 1})
    assert not OrderDifference.objects.exists()


def test_reconcile__an_order_without_any_time_goes_by_that_of_its_row():
    recorded(sold(paid_at=None), event_time=timezone.now() - DAY)
    recorded(sold(paid_at=None), event_time=timezone.now() - 9 * DAY)
    assert reconcile(7).outcomes == {Outcome.SENT: 1}


@pytest.mark.parametrize("name", ["is_purchase", "pixels", "worth"])
def test_reconcile__an_adapter_that_raises_is_told_of(adapter, name):
    def fail(self, order):
        raise RuntimeError

    recorded(sold())
    adapter(**{name: fail})
    found = only()
    assert (found.kind, found.outcome, found.reason) == (Kind.UNREADABLE, Outcome.SENT, "RuntimeError")


def test_reconcile__an_adapter_that_raises_for_one_order_costs_the_others_nothing(adapter):
    def fail(self, order):
        if order.number == "bad":
            raise RuntimeError
        return ShopOrder.pixels(self, order)

    adapter(pixels=fail)
    sold(number="bad")
    sold(number="good")
    assert {found.kind for found in differences()} == {Kind.UNREADABLE, Kind.NEVER_RECORDED}


def test_reconcile__what_waits_of_an_order_that_is_gone_is_told_of():
    order = sold()
    recorded(order, status=Status.PENDING)
    Order.objects.all().delete()
    found = only()
    assert (found.kind, found.outcome) == (Kind.GONE, None)


@pytest.mark.parametrize("status", [Status.SKIPPED, Status.DEAD, Status.EXPIRED, Status.CANCELLED])
def test_reconcile__what_meta_does_not_get_of_an_order_that_is_gone_is_no_difference(status):
    recorded(sold(), status=status)
    Order.objects.all().delete()
    assert differences() == []


@pytest.mark.parametrize("changes", [{"refunded": 99}, {"event_name": "Refund"}, {"event_name": "AppendValue"}])
def test_reconcile__what_was_given_back_and_what_tells_of_it_is_no_difference(capi, changes):
    capi(REFUND_EVENT="Refund")
    recorded(sold(), **changes)
    Order.objects.update(status="cancelled")
    assert differences() == []


@pytest.mark.parametrize("key", ["shop.order:x", "crm.deal:1", "by hand", "shop.order:" + "9" * 117])
def test_reconcile__leaves_alone_what_no_adapter_wrote(key):
    recorded(sold())
    recorded(new_order(pk=0, paid_at=timezone.now() - DAY), order_key=key, event_id="other", key="k")
    assert differences() == []


def test_reconcile__reads_events_in_batches_even_of_one_moment(monkeypatch):
    monkeypatch.setattr(told, "BATCH", 2)
    at = timezone.now() - DAY
    made = [recorded(sold(paid_at=at)) for _ in range(5)]
    Order.objects.all().delete()
    assert {found.place.order_key for found in differences()} == {row.order_key for row in made}


# -- what is kept ----------------------------------------------------------------------------------------------------


def test_reconcile__keeps_what_the_rows_do_not_tell():
    planted = plant(orders=100, each=1)
    reconcile(7)
    kept = {Kind.NEVER_RECORDED, Kind.DRIFT, Kind.GONE, Kind.UNPAID}
    stored = dict(OrderDifference.objects.values_list("order_key", "kind"))
    assert stored == {key: kind for key, kind in planted.items() if kind in kept}


def test_reconcile__keeps_both_values_of_a_drift():
    recorded(sold(total=120))
    reconcile(7)
    kept = OrderDifference.objects.get()
    assert (kept.value, kept.sent_value, kept.currency, kept.sent_currency) == (120, 99, "EUR", "EUR")


def test_reconcile__forgets_what_differs_no_more_and_keeps_what_still_does():
    mended, still = sold(), sold()
    reconcile(7)
    first = dict(OrderDifference.objects.values_list("order_key", "pk"))
    recorded(mended)
    reconcile(7)
    assert list(OrderDifference.objects.values_list("order_key", "pk")) == [(key_of(still), first[key_of(still)])]


def test_reconcile__keeps_of_an_earlier_time_what_it_did_not_look_at():
    sold(3 * DAY)
    reconcile(7)
    reconcile(1)
    assert OrderDifference.objects.count() == 1


def test_reconcile__keeps_a_line_of_each_run():
    recorded(sold())
    reconcile(7)
    run = Reconciliation.objects.get()
    assert run.counts["outcomes"] == {"sent": 1}
    assert run.finished_at
    assert run.until - run.since == 7 * DAY
    assert not run.is_recording


def test_reconcile__looks_no_further_back_than_rows_are_kept(capi):
    capi(PRUNE_AFTER=100 * DAY)
    reconcile(10_000)
    run = Reconciliation.objects.get()
    assert run.until - run.since == 99 * DAY


def test_reconcile__that_ran_out_of_time_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(between, "BATCH", 2)
    monkeypatch.setattr(told, "BATCH", 2)
    planted = plant(orders=20, each=1)
    found: list[Judgement] = []
    rounds = 1
    while not reconcile(7, budget=NOW, tell=found.append).is_complete:
        rounds += 1
        assert rounds < 100
    assert rounds > 10
    assert {judgement.place.order_key: judgement.kind for judgement in found} == planted
    assert len(found) == len(planted)
    run = Reconciliation.objects.get()
    assert run.counts["sales"] == 18  # without the two that are no sales any more
    assert run.position is None


def test_reconcile__without_a_budget_begins_anew():
    sold()
    sold()
    reconcile(7, budget=NOW)
    assert reconcile(7).is_complete
    assert Reconciliation.objects.count() == 2


def test_reconcile__does_not_go_on_with_what_is_long_ago():
    sold()
    reconcile(7, budget=NOW)
    Reconciliation.objects.update(started_at=timezone.now() - DAY)
    reconcile(7, budget=NOW)
    assert Reconciliation.objects.count() == 2


# -- mending ---------------------------------------------------------------------------------------------------------


def test_reconcile__changes_no_event_unless_it_is_to():
    plant(orders=100, each=1)
    before = list(OutboxEvent.objects.order_by("pk").values())
    reconcile(7)
    assert list(OutboxEvent.objects.order_by("pk").values()) == before


def test_mends__what_was_never_recorded_with_its_time_id_lines_and_visitor():
    order = with_consent(sold(2 * DAY))
    add_line(order, None)
    report = reconcile(7, mends=True)
    fixed = row()
    assert (fixed.source, fixed.status, fixed.event_time) == (Source.RECONCILE, Status.PENDING, order.paid_at)
    assert fixed.event_id == row_of(order).event_id
    assert payload()["custom_data"]["contents"][0]["id"] == "kite-1"
    assert payload()["user_data"]["fbp"]
    assert (report.mended, report.outcomes) == ({"pending": 1}, {Outcome.WAITING: 1})
    assert not OrderDifference.objects.exists()


def test_mends__once():
    with_consent(sold())
    reconcile(7, mends=True)
    assert reconcile(7, mends=True).kinds == {}
    assert OutboxEvent.objects.count() == 1


def test_mends__by_the_consent_at_checkout():
    sold()
    report = reconcile(7, mends=True)
    assert (row().status, row().reason, row().payload) == (Status.SKIPPED, "consent_unknown", "")
    assert (report.mended, report.outcomes) == ({"skipped: consent_unknown": 1}, {Outcome.WITHHELD: 1})


def test_mends__nothing_that_is_too_old_for_meta_but_says_so():
    with_consent(sold(8 * DAY))
    report = reconcile(30, mends=True)
    assert (row().status, row().reason) == (Status.SKIPPED, "too_old")
    assert report.outcomes == {Outcome.LOST: 1}
    assert not OrderDifference.objects.exists()


def test_mends__nothing_that_a_browser_told_of_two_days_ago():
    order = with_consent(sold(3 * DAY))
    BrowserReceiptFactory(row=row_of(order), changed_at=timezone.now() - 2 * DAY)
    report = reconcile(7, mends=True)
    assert report.outcomes == {Outcome.BROWSER_ONLY: 1}
    assert row().deadline_at < timezone.now()


def test_mends__nothing_from_before_tracking_began(capi):
    capi(TRACK_SINCE=timezone.now() - DAY)
    with_consent(sold(2 * DAY))
    assert reconcile(7, mends=True).sales == 0
    assert not OutboxEvent.objects.exists()


def test_mends__a_value_that_has_not_been_sent_yet():
    order = with_consent(sold(total=120))
    recorded(order, status=Status.PENDING)
    report = reconcile(7, mends=True)
    assert row().value == 120
    assert (report.kinds, report.mended) == ({Kind.DRIFT: 1}, {"pending": 1})


def test_mends__no_value_that_was_sent():
    recorded(with_consent(sold(total=120)))
    reconcile(7, mends=True)
    assert row().value == 99
    assert OrderDifference.objects.get().kind == Kind.DRIFT


def test_mends__what_was_buried_once_its_adapter_is_mended():
    recorded(with_consent(sold()), status=Status.DEAD, reason="adapter_failed", payload="")
    report = reconcile(7, mends=True)
    assert row().status == Status.PENDING
    assert report.mended == {"pending": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.DEAD, "reason": "rejected_2804003", "payload": "{}"},
        {"status": Status.HELD},
        {"status": Status.EXPIRED},
        {"status": Status.CANCELLED, "reason": "by_staff"},
        {"status": Status.SKIPPED, "reason": "consent_denied"},
    ],
)
def test_mends__nothing_that_has_come_to_its_end(changes):
    recorded(with_consent(sold()), **changes)
    before = OutboxEvent.objects.values().get()
    report = reconcile(7, mends=True)
    assert OutboxEvent.objects.values().get() == before
    assert report.mended == {}


def test_mends__of_an_order_that_cannot_be_told_the_row_says_why(adapter):
    def fail(self, order):
        raise RuntimeError

    adapter(pixels=fail)
    sold()
    report = reconcile(7, mends=True)
    assert (row().status, row().reason) == (Status.DEAD, "adapter_failed")
    assert report.outcomes == {Outcome.LOST: 1}


def test_mends__nothing_while_tracking_is_off(capi):
    capi(ENABLED=False)
    with_consent(sold())
    reconcile(7, mends=True)
    assert not OutboxEvent.objects.exists()


def test_mends__in_shadow_without_sending(capi):
    capi(SHADOW=True)
    with_consent(sold())
    reconcile(7, mends=True)
    assert (row().status, row().reason) == (Status.SKIPPED, "shadow")


def test_mends__a_sale_that_is_saved_meanwhile_stays_one(visitor, monkeypatch):
    order = with_consent(sold())
    read = between._seen

    def saved_meanwhile(found, shelf):
        seen = read(found, shelf)
        order.save()
        return seen

    monkeypatch.setattr(between, "_seen", saved_meanwhile)
    reconcile(7, mends=True)
    assert row().source == Source.ORDER
    assert orders.order_adapter(Order)
