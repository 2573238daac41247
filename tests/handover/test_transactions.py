"""What is rolled back, or failed, was never told."""

import pytest
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path

from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent
from capi_tracking.shortcuts import track_request
from tests.handover.telling import GRANTED, HTMX, answer, next_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_rolled_back__view_has_told_nothing(ask):
    def view(request):
        with transaction.atomic():
            track_request(request, "Contact")
            transaction.set_rollback(True)
        return HttpResponse()

    assert next_of(TrackingMiddleware(view)(ask())) == []
    assert not OutboxEvent.objects.exists()


def test_rolled_back__savepoint_takes_its_own_event_alone(ask):
    def view(request):
        with transaction.atomic():
            track_request(request, "Contact")
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                track_request(request, "Lead")
                raise ZeroDivisionError
        return HttpResponse()

    assert [half["name"] for half in next_of(TrackingMiddleware(view)(ask()))] == ["Contact"]


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_failed_answer__carries_nothing(ask, status, headers):
    response = answer(ask(**headers), ("Contact",), response=HttpResponse(status=status))
    assert not response.cookies
    assert "HX-Trigger" not in response.headers


def told(request):
    track_request(request, "Contact")
    return HttpResponseRedirect("/next/")


def failing(request):
    track_request(request, "Contact")
    raise ZeroDivisionError


urlpatterns = [path("told/", told), path("failing/", failing)]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("atomic", [True, False])
def test_request__in_one_transaction_hands_over_what_it_committed(client, atomic, monkeypatch):
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    client.cookies["capi_consent"], client.raise_request_exception = GRANTED, False
    failed = client.post("/failing/", headers={"user-agent": "Safari"})
    assert (failed.status_code, next_of(failed), OutboxEvent.objects.count()) == (500, [], 0 if atomic else 1)
    assert next_of(client.post("/told/", headers={"user-agent": "Safari"}))[0]["name"] == "Contact"
