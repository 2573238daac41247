"""Where to find an event."""

from urllib.parse import urlencode

from django.urls import reverse


def event_page(pk: int) -> str:
    return reverse("admin:capi_tracking_outboxevent_change", args=[pk])


def events_found_by(term: str) -> str:
    return f"{reverse('admin:capi_tracking_outboxevent_changelist')}?{urlencode({'q': term})}"
