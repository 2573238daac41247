"""A visitor's no, by whichever way it comes: what was granted before goes no further."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from capi_tracking import context, orders
from capi_tracking.events import UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import CheckoutContext, OutboxEvent, SkipCount, Status, Withdrawal
from capi_tracking.relay import tokens
from capi_tracking.shortcuts import track_request
from demo_project.shop.models import Order
from tests.consent.conftest import view
from tests.factories import OutboxEventFactory
from tests.sales import FBP, new_order, row

pytestmark = pytest.mark.django_db

VISITOR = identity_key("fbp", FBP)
OTHER_FBP = "fb.1.1700000000000.9876543210"


@pytest.fixture
def jo(django_user_model):
    return django_user_model.objects.create_user("jo", email="jo@shop.example")


def key_of(kind, **plain):
    return identity_key(kind, getattr(UserData.of(**plain), kind)[0])


def waiting(**keys):
    return OutboxEventFactory(**keys)


def status_of(event):
    event.refresh_from_db()
    return event.status


def cookies(request, state, fbp=FBP):
    request.COOKIES.update({"capi_consent": f"{state}.1.{int(time.time())}"} | ({"_fbp": fbp} if fbp else {}))
    return request


def asked(rf, state, fbp=FBP, user=None):
    request = cookies(rf.post("/join/", REMOTE_ADDR="8.8.8.8", headers={"user-agent": "Safari"}), state, fbp)
    if user:
        request.user = user
    return request


# -- by the relay ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["denied", "limited", "", "granted"])
def test_beacon__takes_back_what_the_browser_had_granted(beacon, state):
    event, other = waiting(visitor_key=VISITOR), waiting(visitor_key="f" * 16)
    assert beacon(state, {"withdrawn": {"fbp": FBP}}, fbp="").status_code == 204
    assert status_of(event) == Status.CANCELLED
    assert status_of(other) == Status.PENDING


def test_beacon__takes_back_what_who_is_logged_in_had_granted_elsewhere(beacon, jo):
    by_id = waiting(external_key=key_of("external_id", external_id=str(jo.pk)))
    by_email = waiting(email_key=key_of("em", email="jo@shop.example"))
    beacon("denied", {"withdrawn": {"fbp": ""}}, fbp="", user=jo)
    assert {status_of(by_id), status_of(by_email)} == {Status.CANCELLED}


def test_beacon__finds_what_was_recorded_under_an_earlier_secret(beacon, settings):
    event = waiting(visitor_key=VISITOR)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-secret"
    beacon("denied", {"withdrawn": {"fbp": FBP}})
    assert status_of(event) == Status.CANCELLED


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec_fetch_site": "cross-site"},
        {"origin": "https://front.example", "sec_fetch_site": "cross-site"},
    ],
)
def test_beacon__of_another_origin_takes_nothing_back(beacon, capi, headers):
    capi(ORIGINS=["https://front.example"])
    event = waiting(visitor_key=VISITOR)
    token = tokens.token("https://front.example")
    beacon("denied", {"withdrawn": {"fbp": FBP}, "token": token, "consent": "denied.1.1767225600"}, **headers)
    assert status_of(event) == Status.PENDING


@pytest.mark.parametrize("said", [{"fbp": ["x"]}, {"fbp": "nonsense"}, {}, [FBP], FBP, None, {"fbp": "\ud800"}])
def test_beacon__with_nonsense_to_take_back_is_answered_like_all(beacon, said):
    event = waiting(visitor_key=VISITOR)
    assert beacon("denied", {"withdrawn": said}, fbp="").status_code == 204
    assert status_of(event) == Status.PENDING


def test_beacon__without_the_word_takes_nothing_back(beacon):
    event = waiting(visitor_key=VISITOR)
    beacon("denied", view())
    assert status_of(event) == Status.PENDING


def test_beacon__the_withdrawal_is_of_the_time_that_the_visitor_decided(beacon):
    beacon("denied", {"withdrawn": {"fbp": FBP}})
    assert timezone.now() - Withdrawal.objects.get().withdrawn_at < timedelta(seconds=10)
    assert Withdrawal.objects.get().withdrawn_at.microsecond == 0, "as the cookie says it"


def test_views__between_a_no_and_the_next_yes_reach_no_table(beacon):
    beacon("granted", view("before-the-no"))
    beacon("denied", {"withdrawn": {"fbp": FBP}})
    for event_id in ("first-view", "second-view", "third-view"):
        beacon("denied", view(event_id))
    beacon("granted", view("after-the-yes"))
    found = dict(OutboxEvent.objects.values_list("event_id", "status"))
    assert found == {"before-the-no": Status.CANCELLED, "after-the-yes": Status.PENDING}
    assert SkipCount.objects.get().count == 3


# -- by views and orders ---------------------------------------------------------------------------------------------


def test_track_request__where_the_cookie_says_denied_takes_back_what_waits(rf, jo):
    event = waiting(visitor_key=VISITOR)
    of_account = waiting(external_key=key_of("external_id", external_id=str(jo.pk)))
    assert track_request(asked(rf, "denied", user=jo), "Contact") == ""
    assert {status_of(event), status_of(of_account)} == {Status.CANCELLED}


@pytest.mark.parametrize("state", ["granted", "limited", "unknown"])
def test_track_request__under_any_other_answer_takes_nothing_back(rf, state):
    event = waiting(visitor_key=VISITOR)
    track_request(asked(rf, state), "Contact")
    assert status_of(event) == Status.PENDING


def test_track_request__takes_back_once_for_each_decision(rf, django_assert_max_num_queries):
    request = asked(rf, "denied")
    track_request(request, "Contact")
    event = waiting(visitor_key=VISITOR)
    with django_assert_max_num_queries(6):  # savepoints, the count of what was not sent, and one look
        track_request(request, "Contact")
    assert status_of(event) == Status.PENDING, "recorded since, so under a later decision"


def test_track_request__of_a_visitor_without_any_key_asks_nothing(rf):
    track_request(asked(rf, "denied", fbp=""), "Contact")
    assert not Withdrawal.objects.exists()


def test_order__saved_where_the_cookie_says_denied_takes_back_the_visitors_others(rf, product):
    event = waiting(visitor_key=VISITOR)
    with context.serving(asked(rf, "denied")):
        new_order(status=Order.Status.PENDING, paid_at=None).save()
    assert status_of(event) == Status.CANCELLED


def test_order__somebody_elses_email_typed_at_checkout_takes_back_nothing_of_theirs(rf, product):
    event = waiting(email_key=key_of("em", email="jo@shop.example"))
    with context.serving(asked(rf, "denied", fbp=OTHER_FBP)):
        new_order(email="jo@shop.example").save()
    assert status_of(event) == Status.PENDING


# -- orders that are paid later --------------------------------------------------------------------------------------


def test_order__paid_by_a_webhook_after_the_no_is_skipped(beacon, rf, product):
    order = new_order(status=Order.Status.PENDING, paid_at=None)
    with context.serving(asked(rf, "granted")):
        order.save()
    beacon("denied", {"withdrawn": {"fbp": FBP}})
    order.status, order.paid_at = Order.Status.PAID, timezone.now()
    order.save()
    assert (row().status, row().reason, row().consent_source) == (Status.SKIPPED, "consent_denied", "withdrawn")
    assert row().payload == ""


def test_order__born_in_a_webhook_after_the_no_is_skipped(beacon, rf, product, adapter):
    key = orders.remember(asked(rf, "granted"))
    adapter(context_key=lambda self, order: key)
    beacon("denied", {"withdrawn": {"fbp": FBP}})
    new_order().save()
    assert (row().reason, row().consent_source) == ("consent_denied", "withdrawn")


@pytest.mark.parametrize("kind", ["email", "external_id"])
def test_checkout__is_found_by_who_is_logged_in_with_another_browser(beacon, rf, product, adapter, jo, kind):
    value = {"email": "jo@shop.example", "external_id": str(jo.pk)}[kind]
    adapter(user_data=lambda self, order: {kind: value, "country": "DE"})
    with context.serving(asked(rf, "granted", fbp=OTHER_FBP)):
        new_order(status=Order.Status.PENDING, paid_at=None).save()
    beacon("denied", {"withdrawn": {"fbp": FBP}}, user=jo)
    assert CheckoutContext.objects.get().consent_state == "denied"


def test_remember__keeps_the_keys_of_who_is_logged_in(rf, jo):
    orders.remember(asked(rf, "granted", user=jo))
    kept = CheckoutContext.objects.get()
    assert kept.external_key == key_of("external_id", external_id=str(jo.pk))
    assert kept.email_key == key_of("em", email="jo@shop.example")


@pytest.mark.parametrize("state", ["denied", "unknown"])
def test_remember__of_who_refused_keeps_no_key(rf, jo, state):
    orders.remember(asked(rf, state, user=jo))
    kept = CheckoutContext.objects.get()
    assert (kept.external_key, kept.email_key, kept.visitor_key, kept.fbp) == (None, None, None, "")


def test_checkout__of_a_buyer_whose_data_fails_is_kept_all_the_same(rf, product, adapter, caplog):
    def fails(self, order):
        raise RuntimeError("jo@shop.example")

    adapter(user_data=fails)
    with context.serving(asked(rf, "granted")):
        new_order(status=Order.Status.PENDING, paid_at=None).save()
    assert CheckoutContext.objects.get().fbp == FBP
    assert "jo@shop.example" not in caplog.text


def test_heed__a_denial_of_an_unknown_day_takes_nothing_back(rf):
    event = waiting(visitor_key=VISITOR)
    request = asked(rf, "denied")
    request.COOKIES["capi_consent"] = "denied.1."
    track_request(request, "Contact")
    assert status_of(event) == Status.PENDING


def test_decision__of_a_later_day_is_noted_anew(rf):
    first, second = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))
    for at in (first, second):
        request = asked(rf, "denied")
        request.COOKIES["capi_consent"] = f"denied.1.{int(at.timestamp())}"
        track_request(request, "Contact")
    assert Withdrawal.objects.get().withdrawn_at == second
