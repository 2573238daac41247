"""A view may tell without the middleware, from async code and in other wrappings."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpResponse, JsonResponse
from rest_framework.request import Request

from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent
from capi_tracking.shortcuts import track_request
from tests.handover.telling import answer, next_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_the_middleware__the_row_is_written_and_the_log_says_so(ask, caplog):
    event_id = track_request(ask(), "Contact")
    assert OutboxEvent.objects.get().event_id == event_id
    assert "Without TrackingMiddleware the browser's half of Contact has no way" in caplog.text
    assert event_id in caplog.text


def test_with_the_middleware__the_log_is_silent(ask, caplog):
    answer(ask(), ("Contact",))
    assert caplog.text == ""


def test_async_view__tells_as_well(ask):
    async def view(request):
        await sync_to_async(track_request)(request, "Contact")
        return HttpResponse()

    response = async_to_sync(TrackingMiddleware(view))(ask())  # in this thread, whose connection is closed in the end
    assert [each["name"] for each in next_of(response)] == ["Contact"]
    assert response.headers["Cache-Control"] == "private, no-store"


def test_rest_frameworks_request__is_taken_for_the_one_it_wraps(ask):
    def view(request):
        track_request(Request(request), "Contact")
        return JsonResponse({})

    assert [each["name"] for each in next_of(TrackingMiddleware(view)(ask()))] == ["Contact"]
