"""``MINIMUM_AGE``: of a child, neither side tells anything."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.contrib.auth.models import User

from capi_tracking import orders, relay
from capi_tracking.events import UserData
from capi_tracking.minimisation import is_minor
from capi_tracking.models import OutboxEvent, SkipCount
from capi_tracking.shortcuts import track_request
from capi_tracking.tracking import track
from capi_tracking.visitors import hints, people
from demo_project.shop.capi import ShopOrder
from tests.relay.beacons import GRANTED, ask, events, view
from tests.sales import FBP, buy, stock

CHILD, ADULT = date(2020, 2, 3), date(1990, 2, 3)


def born(request):
    return {"email": "jo@shop.example", "date_of_birth": CHILD if request.user.username == "child" else ADULT}


@pytest.fixture(autouse=True)
def _asked(capi):
    capi(VISITOR=f"{__name__}.born")


@pytest.fixture
def child():
    return User(pk=7, username="child")


@pytest.mark.parametrize(
    ("today", "birth", "expected"),
    [
        ("2026-11-26", "2013-11-26", False),
        ("2026-11-26", "2013-11-27", True),
        ("2026-11-26", "1900-01-01", False),
        ("2026-11-26", "2026-11-26", True),
        ("2026-11-26", "not known", False),
        ("2025-02-28", "2012-02-29", True),
        ("2025-03-01", "2012-02-29", False),
        ("2028-02-29", "2015-02-28", False),
        ("2028-02-29", "2015-03-01", True),
    ],
)
def test_is_minor__counts_birthdays(today, birth, expected):
    with time_machine.travel(datetime.fromisoformat(f"{today}T12:00").replace(tzinfo=UTC), tick=False):
        assert is_minor(UserData.of(date_of_birth=birth)) is expected


def test_is_minor__by_any_of_several_dates_and_by_a_hash():
    hashed = UserData.of(date_of_birth=CHILD).db[0]
    assert is_minor(UserData.of(date_of_birth=[ADULT, CHILD]))
    assert is_minor(UserData.of(date_of_birth=hashed))


def test_is_minor__asks_nobody_at_age_0_and_later_at_18(capi):
    capi(MINIMUM_AGE=0)
    assert not is_minor(UserData.of(date_of_birth=CHILD))
    capi(MINIMUM_AGE=40)
    assert is_minor(UserData.of(date_of_birth=ADULT))


@pytest.mark.django_db
def test_track__skips_it_whoever_calls(make_event):
    track(make_event(user_data=UserData.of(email="jo@shop.example", date_of_birth=CHILD)), order_key="shop.order:1")
    row = OutboxEvent.objects.get()
    assert (row.status, row.reason, row.payload) == ("skipped", "minor", "")


@pytest.mark.django_db
def test_track__skips_it_though_the_date_is_not_shared(make_event, capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1", "SHARE": {"*": ["email"]}}})
    track(make_event("Search", user_data=UserData.of(email="jo@shop.example", date_of_birth=CHILD)))
    assert SkipCount.objects.get().reason == "minor"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("birth", "status"), [(CHILD, "skipped"), (ADULT, "pending")])
def test_order__of_a_child_is_skipped_on_both_sides(visitor, monkeypatch, birth, status):
    found = ShopOrder.user_data
    monkeypatch.setattr(ShopOrder, "user_data", lambda self, order: found(self, order) | {"date_of_birth": birth})
    order = buy(visitor, stock())
    assert OutboxEvent.objects.get().status == status
    assert bool(orders.purchase_islands(order)) is (status == "pending")


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.django_db
def test_relay__counts_it_and_silences_the_browser(child):
    request = ask(events(view()))
    request.user = child
    assert relay.receive(request).is_off
    assert SkipCount.objects.get().reason == "minor"
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_match__tells_nothing_of_a_child(rf, child):
    request = rf.get("/")
    request.user = child
    assert people.hashes(request) == {}
    request.user = User(pk=8, username="adult")
    assert set(people.hashes(request)) == {"em", "db"}


def test_login__of_a_child_silences_the_browser(rf, child):
    request = rf.get("/", headers={"user-agent": "Safari"})
    request.user = child
    hints.logged_in(request, child)
    assert request._capi_hints == {"capi_off": True, "capi_in": False}
    assert hints.is_off(request)


@pytest.mark.django_db
def test_track_request__tells_nothing_of_a_child(rf, child):
    request = rf.post("/join/", REMOTE_ADDR="8.8.8.8", headers={"user-agent": "Safari"})
    request.COOKIES.update({"capi_consent": GRANTED, "_fbp": FBP})
    request.user = child
    assert track_request(request, "Lead") == ""
    assert SkipCount.objects.get().reason == "minor"
    assert "_capi_halves" not in request.__dict__
