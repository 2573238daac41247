"""What would raise the match, and whether it does when it is followed."""

from datetime import timedelta

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from capi_tracking import coach, metrics, orders, readiness
from capi_tracking.coach.candidates import candidates
from capi_tracking.events import UserData
from capi_tracking.metrics import Share
from capi_tracking.models import OutboxEvent
from capi_tracking.tracking import track
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order
from tests.sales import new_order

pytestmark = pytest.mark.django_db
ASKED = metrics.Asked(using="default")


@pytest.fixture
def speaks():
    """Lets another adapter speak for the demo's orders, which is the demo's own but for these attributes."""

    def spoken(**attributes):
        orders.unregister(Order)
        orders.register(Order)(type("Shop", (ShopOrder,), attributes))

    yield spoken
    orders.unregister(Order)
    orders.register(Order)(ShopOrder)


def coached(**asked):
    return coach.coach(metrics.window("24h"), metrics.Asked(using="default", **asked))


def advised(key, event="Purchase"):
    (found,) = [each for each in coached().events if each.event_name == event]
    return next((each for each in found.advice if each.key.name == key), None)


@pytest.fixture
def sold(visitor, django_capture_on_commit_callbacks):
    def sale(**changes):
        with visitor(), django_capture_on_commit_callbacks(execute=True):
            new_order(**changes).save()

    return sale


def test_coach__advice_raises_the_share_when_it_is_followed(speaks, sold):
    speaks(phone=())
    sold()
    sold()
    before = advised("ph")
    (remedy,) = before.remedies
    assert (before.share, before.points, remedy.kind) == (Share(0, 2), 12.0, coach.Kind.FIELD)
    assert remedy.text == "Your Order has “phone”, which Shop does not use."
    name, _, path = remedy.code.partition(" = ")
    speaks(**{name: path.strip('"')})
    sold()
    after = advised("ph")
    assert (after.share, after.points) == (Share(1, 3), 8.0)
    scores = OutboxEvent.objects.values_list("match_score", flat=True)
    assert [each.score for each in coached().events] == [round(sum(scores) / 3)]


def test_coach__a_field_that_nobody_fills_is_to_be_asked_for(sold):
    sold(phone="")
    (remedy,) = advised("ph").remedies
    assert (remedy.kind, "“phone”" in remedy.text) == (coach.Kind.FORM, True)
    (remedy,) = advised("st").remedies
    assert (remedy.kind, remedy.code) == (coach.Kind.FORM, 'state = "..."')


@pytest.mark.parametrize("key", ["db", "ge", "external_id"])
def test_coach__nobody_is_to_be_asked_for_a_birthday_or_an_account(sold, key):
    sold()
    assert not advised(key).can_be_mended


def test_coach__tells_what_was_refused_and_why(sold):
    sold(phone="0000000000")
    sold(phone="call me")
    sold()
    found = advised("ph")
    assert (found.share, found.refused) == (Share(1, 3), 2)
    assert [remedy.kind for remedy in found.remedies[:2]] == [coach.Kind.VALUE, coach.Kind.VALUE]
    assert "not a phone number" in found.remedies[1].text


def test_coach__names_the_setting_that_keeps_a_key_back(sold, settings):
    share = {"Purchase": ["email", "fbp", "fbc"]}
    entry = settings.CAPI_TRACKING["PIXELS"]["default"]
    settings.CAPI_TRACKING = {**settings.CAPI_TRACKING, "PIXELS": {"default": {**entry, "SHARE": share}}}
    sold()
    (remedy,) = advised("ph").remedies
    assert (remedy.kind, "SHARE" in remedy.text) == (coach.Kind.CONSENT, True)


def test_coach__looks_at_middleware_tag_and_proxies(make_event, settings):
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "capi_tracking" not in each]
    data = UserData.of(email="jo@shop.example", client_user_agent="Safari")
    track(make_event(name="Purchase", user_data=data))
    codes = [remedy.code for key in ("fbp", "client_ip_address") for remedy in advised(key).remedies]
    assert {"{% pixel_head %}", '"TRUSTED_PROXIES": 1', '"capi_tracking.middleware.TrackingMiddleware"'} <= {*codes}


def test_coach__what_cannot_be_mended_comes_last(make_event):
    track(make_event(name="PageView", user_data=UserData.of(client_ip_address="8.8.8.8", client_user_agent="x")))
    (found,) = coached().events
    mendable = [each.can_be_mended for each in found.advice]
    assert mendable == sorted(mendable, reverse=True)
    assert not advised("fbc", "PageView").can_be_mended


def test_coach__what_a_page_tells_of_something_saved_can_be_told_by_an_adapter(make_event):
    track(make_event(name="Lead", user_data=UserData.of(client_ip_address="8.8.8.8", client_user_agent="x")))
    (remedy,) = advised("em", "Lead").remedies
    assert remedy.code == '@register(Enquiry, event="Lead")'
    (found,) = coached().events
    step = found.steps[0]
    assert len(step.advice) > 5, "one step for all that it gives"
    assert step.points == pytest.approx(sum(each.points for each in step.advice))


def test_coach__reasons_over_time_and_after_redaction(make_event):
    track(make_event(user_data=UserData.of(email="jo@shop.example", phone="0000000000")))
    OutboxEvent.objects.update(payload="", status="sent", due_at=None)
    (found,) = metrics.carried(metrics.window("7d"), ASKED)
    phone = next(each for each in found.keys if each.key.name == "ph")
    assert (phone.share, phone.refused, phone.reasons) == (Share(0, 1), 1, {"a placeholder": 1})
    assert [share.whole for share in phone.over_time] == [0, 0, 0, 0, 0, 0, 1]


def test_coach__asks_eight_times_at_most(make_event):
    for name in ("Purchase", "PageView", "Lead"):
        track(make_event(name=name, event_id=name))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        coached()
    assert len(asked) <= 8


def test_newest__is_the_end_of_a_window_that_holds_too_many(make_event):
    now = timezone.now()
    for hours in range(5):
        track(make_event(event_id=f"e{hours}", event_time=now - timedelta(hours=hours)))
    whole = metrics.window("7d")
    assert metrics.newest(whole, using="default", most=5) == whole
    cut = metrics.newest(whole, using="default", most=2)
    assert (cut.start, cut.end) == (now - timedelta(hours=2), whole.end)
    assert sum(each.count for each in metrics.carried(cut, ASKED)) == 3


def test_for_event__names_what_it_lacks_and_which_field_would_give_it(speaks, sold):
    speaks(phone=())
    sold()
    row = OutboxEvent.objects.get()
    found = coach.for_event(row)
    assert [each.key.name for each in found] == list(readiness.missing(row.match_keys.split()))
    (phone,) = [each for each in found if each.key.name == "ph"]
    assert phone.remedies[0].code == 'phone = "phone"'
    row.key_bits = None
    assert coach.for_event(row) == ()


def test_candidates__are_found_by_name_and_type_on_the_model_and_beside_it():
    assert candidates(Order, "external_id") == ["user_id"]
    assert candidates(Order, "email") == ["email", "user.email"]
    assert candidates(Order, "first_name") == ["first_name", "user.first_name"]
    assert candidates(Order, "date_of_birth") == []


def test_candidates__an_orders_own_state_is_no_state_of_a_country():
    class Parcel(models.Model):
        state = models.CharField(choices=[("new", "New")], max_length=3)
        billing_province = models.CharField(max_length=9)
        mobile = models.BooleanField()

        class Meta:
            app_label = "capi_tracking_coach_tests"

        def __str__(self):
            return self.state

    assert candidates(Parcel, "state") == ["billing_province"]
    assert candidates(Parcel, "phone") == []
