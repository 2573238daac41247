"""Views that tell, and what their answers carry."""

import json
from base64 import urlsafe_b64decode

from django.http import HttpResponseRedirect

from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.shortcuts import track_request

GRANTED = "granted.1.1767225600"
HTMX = {"hx-request": "true"}
TWO = {"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}, "empty": {"PIXEL_ID": ""}}


def answer(request, *calls, response=None):
    """What comes of a view that tells of these events."""

    def view(request):
        for name, *things in calls:
            track_request(request, name, *things)
        return response or HttpResponseRedirect("/thanks/")

    return TrackingMiddleware(view)(request)


def decoded(text):
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def next_of(response):
    return decoded(response.cookies["capi_next"].value) if "capi_next" in response.cookies else []


def triggered(response):
    return json.loads(response.headers["HX-Trigger"])["capi:track"]["events"]


def half(**changes):
    return {"pixel": "default", "name": "Lead", "id": "0123456789abcdef", "data": {"value": 1}} | changes
