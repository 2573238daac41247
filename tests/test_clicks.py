"""A click on an ad reaches Meta byte for byte, and what is odd about it is noted and counted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from capi_tracking import metrics, normalization
from capi_tracking.events import UserData
from capi_tracking.models import OutboxEvent
from capi_tracking.tracking import track

AT = datetime(2026, 11, 1, tzinfo=UTC)
CLICK = "IwAR0-_aBcDeF"


def cookie(click: str = CLICK, at: datetime = AT) -> str:
    return f"fb.1.{int(at.timestamp() * 1000)}.{click}"


@given(st.text("abcXYZ019-_~%+=*", min_size=1, max_size=500))
def test_fbc__is_the_same_bytes_from_the_address_to_meta(click):
    assert UserData.of(fbc=cookie(click)).as_payload()["fbc"] == cookie(click)


@pytest.mark.parametrize(
    ("fbc", "url", "remarks"),
    [
        (cookie(), f"https://shop.example/?a=1&fbclid={CLICK}", ()),
        (cookie() + ".AQICAQMC", f"https://shop.example/?fbclid={CLICK}", ()),
        (cookie("a__DOT__b"), "https://shop.example/?fbclid=a.b", ()),
        (cookie(), "https://shop.example/", ()),
        (cookie(), "https://shop.example/?fbclid=", ()),
        (cookie(), "https://[broken/?fbclid=x", ()),
        ("", f"https://shop.example/?fbclid={CLICK}", ()),
        (cookie(CLICK.lower()), f"https://shop.example/?fbclid={CLICK}", (normalization.CHANGED_CLICK,)),
        (cookie(CLICK[:-1]), f"https://shop.example/?fbclid={CLICK}", (normalization.CHANGED_CLICK,)),
        (cookie(at=AT - timedelta(days=90)), "", ()),
        (cookie(at=AT - timedelta(days=90, seconds=1)), "", (normalization.OLD_CLICK,)),
    ],
)
def test_click_remarks__tell_of_another_click_and_of_an_old_one(fbc, url, remarks):
    assert normalization.click_remarks(fbc, url, AT) == remarks


@pytest.mark.django_db
def test_clicks__are_counted_by_what_is_odd(make_event):
    now = timezone.now()
    for fbc in (
        cookie(at=now),
        cookie(CLICK.upper(), now),
        cookie(at=now - timedelta(days=91)),
        f"fb.1.{int(now.timestamp())}.{CLICK}",
    ):
        data = UserData.of(email="jo@shop.example", fbc=fbc)
        track(make_event(user_data=data, event_source_url=f"https://shop.example/?fbclid={CLICK}"))
    assert metrics.clicks(metrics.window("24h"), using="default") == metrics.Clicks(malformed=1, changed=1, old=1)
    assert metrics.clicks(metrics.window("24h"), using="default", pixel="none").old == 0
    assert sum('"fbc"' in payload for payload in OutboxEvent.objects.values_list("payload", flat=True)) == 3
