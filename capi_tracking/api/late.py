"""Views that need REST framework, which takes 0.7 s to load: it is loaded with their first request, not with the URLs."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt


def late(name: str) -> Any:
    """A view that hands over to the one of that name in this package (``"events.events"``)."""

    @csrf_exempt  # a key is no cookie; where a session is, REST framework asks for the token itself
    @transaction.non_atomic_requests
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = import_string(f"{__package__}.{name}")(request, *args, **kwargs)
        return answer

    return view
