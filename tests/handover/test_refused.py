"""What a view may not tell, and that all else never breaks it."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpResponse

from capi_tracking.exceptions import ImproperlyTracked, InvalidEvent
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent
from capi_tracking.shortcuts import track_request
from demo_project.shop.models import Product, Variant
from tests.handover.telling import GRANTED, TWO, answer, next_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("Purchase", {}, "pixel_purchase"),
        ("PageView", {}, "pixel_head"),
        ("CompletRegistration", {}, "Did you mean 'CompleteRegistration'"),
        ("", {}, "printable"),
        ("Contact", {"curency": "EUR"}, "Did you mean currency="),
    ],
)
@pytest.mark.parametrize("consent", [GRANTED, ""])
def test_call__that_can_not_be_right_is_an_error_whoever_visits(ask, name, data, why, consent):
    with pytest.raises(InvalidEvent, match=why):
        track_request(ask(consent), name, **data)
    assert not OutboxEvent.objects.exists()


def test_object__without_an_adapter_is_an_error(ask):
    with pytest.raises(ImproperlyTracked, match="has no adapter"):
        track_request(ask(), "Lead", object())


class Broken:
    def __str__(self):
        raise RuntimeError("jo@shop.example")


@pytest.mark.parametrize(
    ("thing", "data"),
    [
        (Variant(product=Product(title=Broken()), sku="1", price=1), {}),
        (None, {"value": "9,90", "currency": "EUR"}),
        (None, {"value": 9}),
        (None, {"pixel": "nobody"}),
        (None, {"pixel": "empty"}),
        (None, {"pixel": 5}),
    ],
)
def test_view__goes_on_whatever_else_is_wrong(ask, caplog, capi, thing, data):
    capi(PIXELS=TWO)
    request = ask()

    def view(request):
        with transaction.atomic():
            assert track_request(request, "Contact", thing, **data) == ""
            get_user_model().objects.create_user("jo")
        return HttpResponse()

    response = TrackingMiddleware(view)(request)
    assert (response.status_code, next_of(response), get_user_model().objects.count()) == (200, [], 1)
    assert not OutboxEvent.objects.exists()
    assert "Tracking failed with" in caplog.text
    assert "jo@shop.example" not in caplog.text


def test_one_pixel__that_fails_costs_the_others_nothing(ask, capi, monkeypatch):
    capi(PIXELS=TWO, EVENT_BYTES=10)
    assert next_of(answer(ask(), ("Contact",))) == []  # no half without its row
