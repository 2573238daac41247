"""Meta's numbers, as they are kept."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking.models import QualityFetch, QualitySnapshot

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
QUALITY = ("taken_at", "score")
COUNTS = ("counted_until", "server_count")


def row(event: str = "Purchase", day: date = DAY, **told: object) -> QualitySnapshot:
    return QualitySnapshot(pixel="default", event_name=event, day=day, **told)


def test_keep__makes_one_row_a_day_for_each_event() -> None:
    QualitySnapshot.objects.keep([row(score=Decimal("6.1")), row("Lead", score=Decimal(5))], QUALITY)
    QualitySnapshot.objects.keep([row(score=Decimal("7.2")), row(day=date(2026, 11, 21), score=Decimal(8))], QUALITY)
    kept = QualitySnapshot.objects.since(DAY).values_list("day", "event_name", "score")
    assert list(kept) == [
        (DAY, "Lead", Decimal(5)),
        (DAY, "Purchase", Decimal("7.2")),
        (date(2026, 11, 21), "Purchase", Decimal(8)),
    ]


def test_keep__leaves_what_this_answer_does_not_tell() -> None:
    QualitySnapshot.objects.keep([row(score=Decimal("6.1"), taken_at=timezone.now())], QUALITY)
    QualitySnapshot.objects.keep([row(server_count=40)], COUNTS)
    kept = QualitySnapshot.objects.get()
    assert (kept.score, kept.server_count, kept.browser_count) == (Decimal("6.1"), 40, None)


def test_keep__holds_spellings_apart() -> None:
    QualitySnapshot.objects.keep([row("Purchase"), row("purchase")], QUALITY)
    assert QualitySnapshot.objects.count() == 2


def test_last_of__is_the_pixels_own_latest() -> None:
    for pixel in ("default", "default", "other"):
        last = QualityFetch.objects.create(pixel=pixel, problem="token" if pixel == "other" else "")
    assert QualityFetch.objects.last_of("other") == last
    assert QualityFetch.objects.last_of("default").problem == ""
    assert QualityFetch.objects.last_of("third") is None
