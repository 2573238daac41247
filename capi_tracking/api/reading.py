"""What staff read: pages of rows, the latest first, by filters that an index leads to or a period bounds. No customer data."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, ClassVar

from django.apps import apps
from django.db.models import Q, QuerySet
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .. import metrics
from ..conf import conf
from ..models import DeliveryAttempt, OutboxEvent, Source, Status
from . import problems

PAGE, MOST = 100, 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MAX_DIGITS = 18
LATEST = 10**17  # microseconds: a year that datetime still knows
PRIVATE = {"Cache-Control": "private, no-store"}


class OnlyJSON(BaseContentNegotiation):
    """Whatever is asked for: a browser gets to see it as well."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class MayView(BasePermission):
    """Staff with the permission that the same page of the admin asks for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return bool(
            user.is_active and getattr(user, "is_staff", False) and user.has_perm(f"capi_tracking.{view.needs}")
        )


class ForStaff(APIView):
    """By the admin's session, or by a token where ``rest_framework.authtoken`` is installed. ``needs``: a permission."""

    needs: ClassVar[str]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = OnlyJSON
    permission_classes = [MayView]
    throttle_classes = ()
    versioning_class = None

    def get_authenticators(self) -> list[Any]:
        # the session comes last: the first that can ask for a login says how, and a session can't
        tokens = [TokenAuthentication()] if apps.is_installed("rest_framework.authtoken") else []
        return [*tokens, SessionAuthentication()]

    def get_exception_handler(self) -> Any:
        return problems.answer


class Rows(ForStaff):
    """A page of rows. ``moment``: the column that orders them; ``exact``: filters by equality, with the words they take."""

    moment: ClassVar[str]
    exact: ClassVar[Mapping[str, tuple[str, Any]]]
    columns: ClassVar[tuple[str, ...]]
    lone: ClassVar[frozenset[str]] = frozenset()  # filters that need no period

    def get(self, request: Request) -> Response:
        asked = asked_of(request, {*self.exact, "period", "before", "limit"})
        limit = _limit(asked.get("limit", str(PAGE)))
        rows = self._rows(asked).order_by(f"-{self.moment}", "-pk").values("pk", *self.columns)[: limit + 1]
        found = list(rows)
        page = found[:limit]
        following = self._next(request, page[-1]) if len(found) > limit else None
        body = {"results": [self.shown(row) for row in page], "next": following}
        return Response(body, headers=PRIVATE)

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row as JSON has it: amounts are texts."""
        return {"id": row["pk"], **{name: _written(row[name]) for name in self.columns}}

    def source(self) -> QuerySet[Any]:
        raise NotImplementedError

    def narrowed(self, rows: Any, field: str, value: str) -> Any:
        """Those that have this value."""
        return rows.filter(**{field: value})

    def _rows(self, asked: Mapping[str, str]) -> QuerySet[Any]:
        rows = self.source()
        for name, value in asked.items():
            if name in self.exact:
                rows = self.narrowed(rows, self.exact[name][0], _word(name, value, self.exact[name][1]))
        if self.lone.isdisjoint(asked):
            window = window_of(asked.get("period", metrics.DEFAULT_WINDOW))
            rows = rows.filter(**{f"{self.moment}__gte": window.start, f"{self.moment}__lt": window.end})
        return rows.filter(self._before(asked["before"])) if "before" in asked else rows

    def _before(self, position: str) -> Q:
        micros, _, pk = position.partition("-")
        if not (_is_number(micros) and _is_number(pk)):
            raise ParseError("before: take it from the last page's next.")
        at = EPOCH + min(int(micros), LATEST) * MICROSECOND
        return Q(**{f"{self.moment}__lte": at}) & (Q(**{f"{self.moment}__lt": at}) | Q(pk__lt=int(pk)))

    def _next(self, request: Request, last: dict[str, Any]) -> str:
        """The address of the rows that come after this one."""
        query = request.query_params.copy()
        query["before"] = f"{(last[self.moment] - EPOCH) // MICROSECOND}-{last['pk']}"
        return f"{request.path}?{query.urlencode()}"


class EventList(Rows):
    """The outbox's rows, without what is a customer's: neither payload nor the keys of persons."""

    needs = "view_outboxevent"
    moment = "event_time"
    lone = frozenset({"event_id", "order_key"})
    exact = {
        "pixel": ("pixel", None),
        "event": ("event_name", None),
        "status": ("status", Status.values),
        "source": ("source", Source.values),
        "event_id": ("event_id", None),
        "order_key": ("order_key", None),
    }
    columns = (
        *("pixel", "event_name", "event_id", "event_time", "action_source", "source", "status", "reason"),
        *("value", "refunded", "currency", "order_key", "part", "match_keys", "match_score", "notes"),
        *("consent_state", "consent_policy", "attempts", "last_attempt_id", "short_ack", "is_test"),
        *("due_at", "deadline_at", "sent_at", "browser_at", "redacted_at", "created_at"),
    )

    def source(self) -> QuerySet[Any]:
        return OutboxEvent.objects.using(conf.OUTBOX_DATABASES[0])

    def narrowed(self, rows: Any, field: str, value: str) -> Any:
        return rows.in_status(value) if field == "status" else super().narrowed(rows, field, value)

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        row = super().shown(row)
        return row | {"match_keys": row["match_keys"].split()}


class AttemptList(Rows):
    """Requests to Meta and what came back."""

    needs = "view_deliveryattempt"
    moment = "started_at"
    exact = {"pixel": ("pixel", None), "outcome": ("kind", DeliveryAttempt.Kind.values)}
    columns = (
        *("pixel", "kind", "http_status", "code", "subcode", "trace_id", "message"),
        *("batch_size", "batch_bytes", "events_received", "duration_ms", "started_at"),
    )

    def source(self) -> QuerySet[Any]:
        return DeliveryAttempt.objects.using(conf.OUTBOX_DATABASES[0])


def _written(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


def asked_of(request: Request, known: set[str]) -> dict[str, str]:
    """The query's parameters. A misspelt filter would show what nobody asked for, so it is refused."""
    for name, value in request.query_params.items():
        if name not in known:
            near = get_close_matches(name[:40], known, n=1)
            raise ParseError(f"There is no such parameter{f': did you mean {near[0]}?' if near else '.'}")
        if "\0" in value:
            raise ParseError(f"{name}: holds a character that no row has.")
    return request.query_params.dict()


def window_of(name: str) -> metrics.Window:
    if not metrics.is_window(name):
        raise ParseError(f"period: one of {', '.join(metrics.WINDOWS)}, or two dates as 2026-11-01..2026-11-20.")
    return metrics.window(name)


def _word(name: str, value: str, words: Any) -> str:
    if words is not None and value not in words:
        raise ParseError(f"{name}: one of {', '.join(words)}.")
    return value


def _limit(text: str) -> int:
    if not _is_number(text) or not 1 <= int(text) <= MOST:
        raise ParseError(f"limit: 1 to {MOST}.")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS


attempts = AttemptList.as_view()
