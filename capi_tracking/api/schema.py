"""``schema/``: OpenAPI 3 of these endpoints for staff, by drf-spectacular. Not there where that is not installed."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.urls import path, reverse
from rest_framework.request import Request
from rest_framework.response import Response

from ..models import DeliveryAttempt, DifferenceKind, Source, Status
from . import described, problems
from .events import Events
from .reading import MOST, PRIVATE, AttemptList, ForStaff
from .stats import Differences, Stats

try:
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.openapi import AutoSchema
    from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
except ImportError:  # the extra is not installed
    SchemaGenerator = None

MEDIA_TYPE = "application/vnd.oai.openapi+json"
SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key of the admin, capi_..."},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The admin's."},
}
PERIOD = ("period", "24h, 7d, 28d, or two dates as 2026-11-01..2026-11-20.", None)
PIXEL = ("pixel", "Its alias.", None)
PAGING = (PERIOD, ("limit", f"Rows of a page, at most {MOST}.", None), ("before", "From the last page's next.", None))
FILTERS: Mapping[str, tuple[tuple[str, str, Any], ...]] = {
    "events": (
        *(PIXEL, ("event", "Its name.", None), ("status", "", Status.values), ("source", "", Source.values)),
        *(("event_id", "", None), ("order_key", "", None), *PAGING),
    ),
    "attempts": (PIXEL, ("outcome", "", DeliveryAttempt.Kind.values), *PAGING),
    "reconciliation": (PIXEL, ("kind", "", DifferenceKind.values), *PAGING),
    "stats": (PIXEL, ("event", "Its name.", None), PERIOD),
}


class Schema(ForStaff):
    """The whole, for whoever may see events."""

    needs = "view_outboxevent"

    def get(self, request: Request) -> Response:
        if SchemaGenerator is None:
            raise Http404
        return Response(_schema(request), headers=PRIVATE, content_type=MEDIA_TYPE)


def _schema(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator(patterns=_patterns()).get_schema(request=None, public=True)
    found["info"] = {"title": "capi_tracking", "version": "1", "description": "Events from other systems, and numbers."}
    found["servers"] = [{"url": request.build_absolute_uri(reverse("capi_tracking:events")).removesuffix("/events/")}]
    found["components"] = {"securitySchemes": SECURITY}
    return found


def _patterns() -> list[Any]:
    views: dict[str, tuple[type[ForStaff], Any]] = {
        "events": (Events, described.PAGE),
        "attempts": (AttemptList, described.PAGE),
        "reconciliation": (Differences, described.PAGE),
        "stats": (Stats, described.NUMBERS),
    }
    return [path(f"{name}/", _told(name, *each).as_view()) for name, each in views.items()]


def _told(name: str, view: Any, shape: Any) -> Any:
    """The view with its description; the view itself knows nothing of drf-spectacular."""
    members = {"schema": AutoSchema(), "get": _reading(name, shape)(_copy(view.get))}
    if name == "events":
        members["post"] = _writing()(_copy(view.post))
    return type(view.__name__, (view,), members)


def _copy(method: Any) -> Any:
    """A function of its own: a description is kept on it."""

    def told(self: Any, request: Request) -> Response:
        answer: Response = method(self, request)
        return answer

    told.__doc__ = method.__doc__
    told.schema = AutoSchema  # type: ignore[attr-defined]  # else the one that the shop's settings name
    return told


def _reading(name: str, shape: Any) -> Any:
    return extend_schema(
        operation_id=f"read_{name}",
        parameters=[_parameter(*each) for each in FILTERS[name]],
        responses={(200, "application/json"): shape} | _problems(400, 401, 403),
        auth=[{"session": []}],
        tags=["read"],
    )


def _writing() -> Any:
    return extend_schema(
        operation_id="write_events",
        request={"application/json": described.ITEMS},
        responses={(200, "application/json"): described.RESULTS} | _problems(400, 401, 413, 415, 429, 503),
        examples=[
            OpenApiExample("A sale at a till", value=[described.EXAMPLE], request_only=True),
            OpenApiExample("One recorded, one to mend", value=described.ANSWER, response_only=True, status_codes=[200]),
        ],
        auth=[{"key": []}],
        tags=["write"],
    )


def _problems(*codes: int) -> dict[tuple[int, str], Any]:
    return {(code, problems.MEDIA_TYPE): described.PROBLEM for code in codes}


def _parameter(name: str, text: str, words: Any) -> Any:
    return OpenApiParameter(name, str, description=text, enum=words, required=False)


schema = Schema.as_view()
