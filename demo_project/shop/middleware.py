"""The shop's own page where there is nothing, with DEBUG on too: Django's page for developers breaks the shop's policy."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404
from django.views.defaults import page_not_found


class NotHere:
    """A 404 that a view answers by itself stays as it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        leads_nowhere = response.status_code == 404 and request.resolver_match is None
        return page_not_found(request, Resolver404()) if settings.DEBUG and leads_nowhere else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return page_not_found(request, exception) if isinstance(exception, Http404) else None
