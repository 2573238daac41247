"""Where a visitor is, as a shop's proxy would tell it."""

from django.http import HttpRequest


def of(request: HttpRequest) -> str:
    return request.headers.get("x-region", "")
