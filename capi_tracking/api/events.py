"""``events/``: other systems write, staff read."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from ..ingestion import Outcome, Result, ingest
from .bodies import Items
from .keys import HasKey, KeyAuthentication, KeyRate, terms_of
from .reading import EventList

HEADERS = {"Cache-Control": "no-store"}


class Events(EventList):
    """POST takes up to 1,000 events from whoever has a key; GET lists them for staff."""

    parser_classes = [Items]

    def get_authenticators(self) -> list[Any]:
        return [KeyAuthentication()] if self.is_writing else super().get_authenticators()

    def get_permissions(self) -> Any:
        return [HasKey()] if self.is_writing else super().get_permissions()

    def get_throttles(self) -> list[Any]:
        return [KeyRate()] if self.is_writing else []

    @property
    def is_writing(self) -> bool:
        return self.request is not None and self.request.method == "POST"

    def post(self, request: Request) -> Response:
        """Say of each item what became of it, in their order."""
        results = ingest(_items(request), terms_of(request.auth))
        return Response(_told(results), headers=HEADERS)


def _items(request: Request) -> list[Any]:
    """REST framework makes something of an empty body, which no parser gets to see."""
    if not isinstance(request.data, list):
        raise ParseError("The body must be an array of events.")
    return request.data


def _told(results: Sequence[Result]) -> dict[str, Any]:
    counts = Counter(result.outcome for result in results)
    return {**{outcome.value: counts[outcome] for outcome in Outcome}, "results": [_line(each) for each in results]}


def _line(result: Result) -> dict[str, Any]:
    """Without what says nothing."""
    line: dict[str, Any] = {"event_id": result.event_id, "outcome": result.outcome.value}
    said = {"field": result.field, "reason": result.reason, "notes": list(result.notes)}
    return line | {name: value for name, value in said.items() if value}


events = Events.as_view()
