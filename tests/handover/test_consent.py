"""Of whom a view may tell."""

import pytest
from django.contrib.auth import get_user_model

from capi_tracking.exceptions import InvalidEvent
from capi_tracking.models import OutboxEvent, SkipCount, Status
from capi_tracking.shortcuts import track_request
from demo_project.shop.models import Order
from tests.handover.telling import answer, next_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("consent", ["", "denied.1.1767225600", "limited.1.1767225600", "granted.0.1767225600"])
def test_without_a_grant__the_event_is_counted_and_nothing_goes_out(ask, consent):
    response = answer(ask(consent), ("Contact",))
    assert next_of(response) == []
    assert not OutboxEvent.objects.exists()
    assert SkipCount.objects.get().reason.startswith("consent_")
    assert track_request(ask(consent), "Contact") == ""


def test_without_a_grant__nothing_of_the_person_is_looked_at(ask, adapter):
    adapter(user_data=lambda self, order: 1 / 0)
    assert track_request(ask("denied.1.1767225600"), "Lead", Order.objects.create(total=1)) == ""
    assert SkipCount.objects.get().reason == "consent_denied"


def off(request):
    request.COOKIES["capi_off"] = "1"


def staff(request):
    request.user = get_user_model()(is_staff=True)


def robot(request):
    request.META["HTTP_USER_AGENT"] = "Googlebot/2.1"


@pytest.mark.parametrize("change", [off, staff, robot])
def test_staff_robots_and_who_is_off__are_told_of_by_nobody(ask, change):
    request = ask()
    change(request)
    assert next_of(answer(request, ("Contact",))) == []
    assert not OutboxEvent.objects.exists()
    assert not SkipCount.objects.exists()


def test_disabled__does_nothing_but_look_at_the_call(ask, capi):
    capi(ENABLED=False)
    response = answer(ask(), ("Contact",))
    assert not response.cookies
    assert "Cache-Control" not in response.headers
    with pytest.raises(InvalidEvent):
        track_request(ask(), "Purchase")


def test_shadow__records_the_row_and_hands_over_nothing(ask, capi):
    capi(SHADOW=True)
    assert next_of(answer(ask(), ("Contact",))) == []
    assert OutboxEvent.objects.get().status == Status.SKIPPED
