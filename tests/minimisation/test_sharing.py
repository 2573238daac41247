"""``SHARE``: which fields of the customer a pixel may have, on both copies."""

import json

import pytest
from django.contrib.auth.models import User

from capi_tracking import orders
from capi_tracking.conf import pixel
from capi_tracking.events import UserData
from capi_tracking.events.user_data import HASHED
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.minimisation import FIELDS, minimised, minimised_keys
from capi_tracking.models import OutboxEvent, SkipCount
from capi_tracking.tracking import track
from capi_tracking.visitors import people
from tests.sales import buy, stock

WHOLE = UserData.of(
    email="jo@shop.example", phone="030 123456", country="DE", external_id="7", fbp="fb.1.1700000000000.1"
)


@pytest.fixture
def share(capi):
    def change(share, **others):
        pixels = {"default": {"PIXEL_ID": "1234567890", "SHARE": share}}
        capi(PIXELS=pixels | {alias: {"PIXEL_ID": alias, "SHARE": each} for alias, each in others.items()})

    return change


def keys(make_event, name="Purchase"):
    return set(minimised(make_event(name, user_data=WHOLE), pixel("default")).event.user_data.keys)


def test_fields__are_all_that_a_customer_may_have():
    assert set(FIELDS.values()) == {*HASHED, *UserData.__dataclass_fields__} - {"notes"}


def test_share__of_nothing_said_lets_all_leave(make_event, capi):
    assert keys(make_event) == {"em", "ph", "country", "external_id", "fbp"}


def test_share__lets_leave_what_it_lists_and_nothing_else(make_event, share):
    share({"*": ["email", "fbp"]})
    assert keys(make_event) == {"em", "fbp"}


def test_share__of_an_event_goes_before_that_of_all_others(make_event, share):
    share({"Lead": ["email"], "*": ["phone"]})
    assert (keys(make_event, "Lead"), keys(make_event, "Search")) == ({"em"}, {"ph"})


def test_share__without_a_star_says_nothing_of_other_events(make_event, share):
    share({"Lead": []})
    assert keys(make_event, "Lead") == set()
    assert len(keys(make_event, "Search")) == 5


@pytest.mark.parametrize("nonsense", ["email", ["email"], {"*": "email"}, {"*": None}, {"*": ["mail", "em"]}])
def test_share__that_can_not_be_read_shares_nothing(make_event, share, nonsense):
    share(nonsense)
    assert keys(make_event) == set()
    assert "em" not in minimised_keys(WHOLE, pixel("default")).keys


@pytest.mark.django_db
def test_row__is_found_by_keys_that_did_not_leave(make_event, share):
    share({"*": ["fbp"]})
    track(make_event(user_data=WHOLE))
    row = OutboxEvent.objects.get()
    assert json.loads(row.payload)["user_data"] == {"fbp": "fb.1.1700000000000.1"}
    assert row.match_keys == "fbp"
    assert row.email_key == identity_key("em", WHOLE.em[0])
    assert row.external_key == identity_key("external_id", WHOLE.external_id[0])


@pytest.mark.django_db(transaction=True)
def test_order__shares_with_each_pixel_its_own_fields(visitor, share, monkeypatch):
    share({"*": ["email"]}, agency={"Purchase": ["country", "fbp"]})
    monkeypatch.setattr(orders.OrderAdapter, "pixels", lambda self, order: ("default", "agency"))
    order = buy(visitor, stock())
    sent = {row.pixel: set(json.loads(row.payload)["user_data"]) for row in OutboxEvent.objects.all()}
    assert sent == {"default": {"em"}, "agency": {"country", "fbp"}}
    assert {told.pixel: set(told.keys) for told in orders.purchase_islands(order)} == {
        "default": {"em"},
        "agency": {"country"},
    }


@pytest.mark.django_db
def test_page_event__of_whom_nobody_is_left_is_counted(make_event, share):
    share({"*": ["email"]})
    track(make_event("Search", user_data=UserData.of(fbp="fb.1.1700000000000.1")))
    assert not OutboxEvent.objects.exists()
    assert SkipCount.objects.get().reason == "not_shared"


@pytest.mark.django_db
def test_order__of_whom_nobody_is_left_stays_open_to_its_customer(make_event, share):
    share({"*": ["email"]})
    track(make_event(user_data=UserData.of(fbp="fb.1.1700000000000.1")), order_key="shop.order:1")
    row = OutboxEvent.objects.get()
    assert (row.status, row.reason) == ("dead", "too_little_user_data")


def test_browser__is_given_what_every_event_of_the_pixel_may_carry(share):
    share({"*": ["email", "phone"], "Lead": ["phone", "country"]})
    assert minimised_keys(WHOLE, pixel("default")).keys == ("ph",)


def test_match__answers_what_each_pixel_may_have(rf, share):
    share({"*": ["email", "external_id"]}, agency={"*": ["first_name", "email"]})
    request = rf.get("/")
    request.user = User(pk=7, email="jo@shop.example", first_name="Jo")
    assert set(people.hashes(request)) == {"em"}
