"""The package's own views, and ours."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("A page")


async def unhurried(request: HttpRequest) -> HttpResponse:
    return HttpResponse("A page")


urlpatterns = [
    path("", page),
    path("unhurried/", unhurried),
    path("cookies/", include("cookie_consent.urls")),
    path("capi/", include("capi_tracking.urls")),
]
