"""htmx gets the half by a trigger, or the next page does."""

import json

import pytest
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from capi_tracking import htmx
from capi_tracking.handover.fitting import MAX_BYTES
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent
from capi_tracking.shortcuts import track_request
from tests.handover.telling import HTMX, answer, next_of, triggered

pytestmark = pytest.mark.django_db(transaction=True)


def test_htmx__that_stays_gets_the_half_by_trigger(ask):
    response = answer(ask(**HTMX), ("Contact",), response=HttpResponse())
    (told,) = triggered(response)
    assert (told["name"], told["id"]) == ("Contact", OutboxEvent.objects.get().event_id)
    assert not response.cookies


@pytest.mark.parametrize(
    "response",
    [
        HttpResponseRedirect("/x/"),
        HttpResponseClientRedirect("/x/"),
        HttpResponse(headers={"HX-Location": "/x/"}),
        HttpResponse(headers={"HX-Refresh": "true"}),
    ],
)
def test_htmx__that_leaves_takes_the_cookie_along(ask, response):
    response = answer(ask(**HTMX), ("Contact",), response=response)
    assert [each["name"] for each in next_of(response)] == ["Contact"]
    assert "HX-Trigger" not in response.headers


@pytest.mark.parametrize(
    ("header", "others"),
    [
        ("saved", {"saved": {}}),
        ("saved, closed ,", {"saved": {}, "closed": {}}),
        ('{"saved": {"id": "\\u00fc"}, "n": 5}', {"saved": {"id": "ü"}, "n": 5}),
        (' {"saved": null}', {"saved": None}),
    ],
)
def test_htmx__what_the_view_triggers_stays(ask, header, others):
    response = answer(ask(**HTMX), ("Contact",), response=HttpResponse(headers={"HX-Trigger": header}))
    found = json.loads(response.headers["HX-Trigger"])
    assert [each["name"] for each in found.pop("capi:track")["events"]] == ["Contact"]
    assert found == others
    assert response.headers["HX-Trigger"].isascii()


@pytest.mark.parametrize("header", ["{not json", '{"long": "' + "x" * MAX_BYTES + '"}'])
def test_htmx__a_header_that_can_not_be_joined_stays_and_the_cookie_goes(ask, header):
    response = answer(ask(**HTMX), ("Contact",), response=HttpResponse(headers={"HX-Trigger": header}))
    assert response.headers["HX-Trigger"] == header
    assert [each["name"] for each in next_of(response)] == ["Contact"]


def test_htmx__gets_on_with_django_htmx_before_and_after(ask):
    def view(request):
        response = HttpResponse()
        trigger_client_event(response, "before", {"n": 1})
        track_request(request, "Contact")
        htmx.hand_over(request, response)
        track_request(request, "Lead")
        htmx.hand_over(request, response)
        return trigger_client_event(response, "after", {"n": 2})

    response = TrackingMiddleware(view)(ask(**HTMX))
    found = json.loads(response.headers["HX-Trigger"])
    assert [each["name"] for each in found["capi:track"]["events"]] == ["Contact", "Lead"]
    assert (found["before"], found["after"]) == ({"n": 1}, {"n": 2})


def test_htmx_door__needs_no_middleware(ask):
    request = ask(**HTMX)
    track_request(request, "Contact")
    response = htmx.hand_over(request, HttpResponse())
    assert [each["name"] for each in triggered(response)] == ["Contact"]
    assert response.headers["Cache-Control"] == "private, no-store"


def test_htmx_door__waits_for_the_views_transaction(ask):
    committed, rolled_back = HttpResponse(), HttpResponse()
    with transaction.atomic():
        request = ask(**HTMX)
        track_request(request, "Contact")
        htmx.hand_over(request, committed)
        assert "HX-Trigger" not in committed.headers
    with transaction.atomic():
        request = ask(**HTMX)
        track_request(request, "Contact")
        htmx.hand_over(request, rolled_back)
        transaction.set_rollback(True)
    assert [each["name"] for each in triggered(committed)] == ["Contact"]
    assert "HX-Trigger" not in rolled_back.headers


def test_htmx_door__says_nothing_where_nothing_was_told(ask):
    response = htmx.hand_over(ask(**HTMX), HttpResponse())
    assert dict(response.headers) == {"Content-Type": "text/html; charset=utf-8"}
