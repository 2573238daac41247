"""A click on an ad reaches Meta byte for byte, and what is odd about it is noted and counted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from capi_tracking import context, metrics, normalization
from capi_tracking.events import UserData
from capi_tracking.models import OutboxEvent
from capi_tracking.tracking import track
from tests.sales import new_order

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
        (cookie(), "https://shop.example/?fbclid=x" + "&a=1" * 199, (normalization.CHANGED_CLICK,)),
        (cookie(), "https://shop.example/?fbclid=x" + "&a=1" * 200, ()),
        ("", f"https://shop.example/?fbclid={CLICK}", ()),
        (cookie(CLICK.lower()), f"https://shop.example/?fbclid={CLICK}", (normalization.CHANGED_CLICK,)),
        (cookie(CLICK[:-1]), f"https://shop.example/?fbclid={CLICK}", (normalization.CHANGED_CLICK,)),
        (cookie(at=AT - timedelta(days=90)), "", ()),
        (cookie(at=AT - timedelta(days=90, seconds=1)), "", (normalization.OLD_CLICK,)),
    ],
)
def test_click_remarks__tell_of_another_click_and_of_an_old_one(fbc, url, remarks):
    assert normalization.click_remarks(fbc, url, AT) == remarks


@pytest.mark.parametrize(
    ("fbc", "at", "days"),
    [
        ("", AT, None),
        (cookie(), AT, 0),
        (cookie(), AT + timedelta(hours=23), 0),
        (cookie(), AT + timedelta(days=3), 3),
        (cookie(), AT - timedelta(days=3), 0),
        (
            cookie(at=datetime(1970, 1, 1, tzinfo=UTC)).replace(".0.", ".0000000000000."),
            datetime(2100, 1, 1, tzinfo=UTC),
            32_767,
        ),
    ],
)
def test_click_days__are_whole_ones_from_the_click_that_fit_a_column(fbc, at, days):
    assert normalization.click_days(fbc, at) == days


@pytest.mark.parametrize(
    ("query", "campaign"),
    [
        ("utm_source=fb&utm_campaign=spring&utm_content=video", "fb\tspring\tvideo"),
        ("utm_campaign=spring", "\tspring\t"),
        ("utm_source=one&utm_source=two", "one\t\t"),
        ("utm_source=%20a%09b%0A", "a b\t\t"),
        ("utm_source=" + "x" * 65, "x" * 64 + "\t\t"),
        ("utm_medium=cpc", ""),
        ("utm_source=", ""),
        ("utm_source=fb" + "&a=1" * 199, "fb\t\t"),
        ("utm_source=fb" + "&a=1" * 200, ""),
        ("", ""),
    ],
)
def test_campaign__is_source_campaign_and_content(query, campaign):
    assert normalization.campaign(f"https://shop.example/?{query}") == campaign


def test_campaign__of_a_broken_address_is_none():
    assert normalization.campaign("https://[broken/?utm_source=fb") == ""


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
    assert metrics.clicks(metrics.window("24h"), using="default") == metrics.Clicks(
        carried=3, malformed=1, changed=1, old=1
    )
    assert metrics.clicks(metrics.window("24h"), using="default", pixel="none").old == 0
    assert sum('"fbc"' in payload for payload in OutboxEvent.objects.values_list("payload", flat=True)) == 3


GRANTED = "capi_consent=granted.1.1767225600"


@pytest.fixture
def tell(client):
    """A page's beacon with that click cookie."""

    def told(fbc: str, event_id: str) -> None:
        body = {"url": "http://testserver/", "events": [{"pixel": "default", "name": "PageView", "id": event_id}]}
        headers = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "user-agent": "Safari"}
        client.post("/capi/collect/", body, "application/json", headers=headers, HTTP_COOKIE=f"{GRANTED}; _fbc={fbc}")

    return told


@pytest.mark.django_db
def test_fbc__of_a_page_is_the_same_bytes_from_its_cookie_to_meta_and_a_malformed_one_is_counted(tell):
    whole = cookie("IwAR0-_aBc~%2B+=*DeF" * 20, timezone.now())
    tell(whole, "0123456789abcdef")
    tell("fb.1.17.cut", "0123456789abcde0")
    rows = OutboxEvent.objects.order_by("id")
    assert [f'"fbc":"{whole}"' in row.payload for row in rows] == [True, False]
    assert ["malformed" in row.payload for row in rows] == [False, False]
    assert metrics.clicks(metrics.window("24h"), using="default") == metrics.Clicks(
        carried=1, malformed=1, changed=0, old=0
    )


@pytest.mark.django_db
@pytest.mark.parametrize("fbc", ["fb.1.17.cut", cookie("IwAR0-_aBc")])
def test_fbc__of_a_checkout_reaches_its_order_or_is_counted(rf, fbc, django_capture_on_commit_callbacks):
    request = rf.post("/checkout/", HTTP_COOKIE=f"{GRANTED}; _fbc={fbc}", REMOTE_ADDR="203.0.114.9")
    with context.serving(request), django_capture_on_commit_callbacks(execute=True):
        new_order().save()
    found = metrics.clicks(metrics.window("24h"), using="default")
    row = OutboxEvent.objects.get()
    assert (f'"fbc":"{fbc}"' in row.payload, found.malformed) == (normalization.fbc(fbc) != "", found.carried ^ 1)
