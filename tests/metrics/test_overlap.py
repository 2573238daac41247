"""How much of what browsers handed over the server sent too."""

from datetime import timedelta

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.models import BrowserState, OutboxEvent, Status
from tests.factories import (
    BrowserReceiptFactory,
    OutboxEventFactory,
)
from tests.metrics.asking import health, paired

pytestmark = pytest.mark.django_db


def test_overlap__is_pairs_of_all_that_browsers_handed_over():
    paired()
    OutboxEventFactory(sent=True)  # server only
    waiting = OutboxEventFactory()
    BrowserReceiptFactory(row=waiting)
    BrowserReceiptFactory(event_name="Purchase")  # no row at all
    assert health().order_overlap.share == metrics.Share(1, 3)


def test_overlap__a_pair_further_apart_than_48_hours_is_late():
    now = timezone.now()
    paired(apart=timedelta(hours=47, minutes=59), event_time=now - timedelta(days=3))
    paired(apart=timedelta(hours=48, minutes=1), event_time=now - timedelta(days=3))
    overlap = health().order_overlap
    assert (overlap.share, overlap.late) == (metrics.Share(1, 2), 1)


def test_overlap__a_receipt_of_several_visitors_is_one_key():
    event = paired()
    BrowserReceiptFactory(row=event, visitor_key="another")
    lonely = BrowserReceiptFactory()
    BrowserReceiptFactory(key=lonely.key, event_id=lonely.event_id, visitor_key="another")
    assert health().order_overlap.share == metrics.Share(1, 2)


@pytest.mark.parametrize(("hours", "pair"), [(46, "both"), (49, "late")])
def test_overlap__is_the_same_for_rows_that_know_of_their_browser_copy(hours, pair):
    seen_at = timezone.now() - timedelta(days=3)
    event = OutboxEventFactory(event_time=seen_at)
    OutboxEvent.objects.browser_saw([event.key], seen_at)
    OutboxEvent.objects.update(status=Status.SENT, sent_at=seen_at + timedelta(hours=hours))
    assert metrics.with_pair(OutboxEvent.objects.all()).get().pair == pair


@pytest.mark.parametrize("state", [BrowserState.BLOCKED, BrowserState.UNKNOWN])
def test_overlap__a_copy_that_was_not_handed_over_counts_nowhere(state):
    event = OutboxEventFactory(sent=True)
    BrowserReceiptFactory(row=event, state=state)
    assert health().order_overlap.share.whole == 0


def test_overlap__page_events_have_their_own():
    paired(page=True)
    found = health()
    assert (found.order_overlap.share.whole, found.page_overlap.share) == (0, metrics.Share(1, 1))


@pytest.mark.parametrize(
    ("both", "browser", "level"),
    [(29, 29, "grey"), (0, 0, "grey"), (30, 40, "good"), (29, 40, "warn"), (20, 40, "warn"), (19, 40, "bad")],
)
def test_overlap__is_judged_from_30_events_on(both, browser, level):
    assert metrics.Overlap(share=metrics.Share(both, browser), late=0).level == level


def test_share__is_all_only_when_it_is_all():
    assert metrics.Share(999, 1000).percent == 99
    assert metrics.Share(0, 0).percent is None
