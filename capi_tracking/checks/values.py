"""Values of the right type that would fail, or do nothing, at the first request or order."""

import re
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

from django.core.checks import CheckMessage
from django.db import connections
from django.utils.timezone import is_naive

from .. import islands, normalization
from ..consent.limited import is_region
from ..events import StandardEvent
from ..exceptions import InvalidEvent
from ..metrics import STEPS
from ..models.states import KEPT_AT_LEAST
from ..orders.adapters.money import POLICIES
from ..transports.base import MAX_BATCH_SIZE
from . import catalogue
from .given import example, load, sound

AT_LEAST_ONE = [
    "BATCH_SIZE",
    "BATCH_BYTES",
    "EVENT_BYTES",
    "CONTEXT_DAYS",
    "CONSENT_DAYS",
    "RECONCILE_DAYS",
    "COLLECT_RATE",
    "COLLECT_VISITOR_RATE",
    "COLLECT_DAY",
    "COLLECT_VISITOR_DAY",
    "API_RATE",
    "API_BYTES",
]
DATE_ORDERS = frozenset({"", "DMY", "MDY"})
FOREIGN_MODES = frozenset({"report", "refuse", "adopt"})
TIMEOUTS = ["CONNECT_TIMEOUT", "READ_TIMEOUT"]
SHORTEST_LEASE_SECONDS = 60
LONGEST_NAME = 64  # of the columns
_is_policy = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch


def check_values(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """What each setting must be beyond its type."""
    parts = (
        _databases,
        _policy,
        _consent,
        _region,
        _opt_out,
        _proxies,
        _nudge,
        _foreign,
        _value,
        _objective,
        _refund,
        _excluded,
        _alerts,
        _numbers,
        _durations,
        _moment,
        _country,
        _date_order,
        _lengths,
    )
    return [message for part in parts for message in part()]


def _databases() -> Iterator[CheckMessage]:
    if not sound("OUTBOX_DATABASES"):
        yield catalogue.values.NO_DATABASE()
    for alias in sorted(set(sound("OUTBOX_DATABASES")) - set(connections)):
        yield catalogue.values.UNKNOWN_DATABASE(alias=alias, known=", ".join(sorted(connections)))


def _policy() -> Iterator[CheckMessage]:
    if not _is_policy(sound("CONSENT_POLICY")):
        yield catalogue.values.POLICY()


def _consent() -> Iterator[CheckMessage]:
    path = sound("CONSENT")
    rule, error = load(path) if path else (None, "")
    if error:
        yield catalogue.values.CONSENT_MISSING(error=error)
    elif path and not callable(rule):
        yield catalogue.values.CONSENT_NO_CALLABLE()


def _region() -> Iterator[CheckMessage]:
    path = sound("REGION")
    rule, error = load(path) if path else (None, "")
    if error:
        yield catalogue.values.REGION_MISSING(error=error)
    elif path and not callable(rule):
        yield catalogue.values.REGION_NO_CALLABLE()


def _opt_out() -> Iterator[CheckMessage]:
    for region in sound("OPT_OUT_REGIONS"):
        if not (is_region(region) and normalization.country(region[:2])):
            yield catalogue.values.OPT_OUT_REGION(region=region)


def _proxies() -> Iterator[CheckMessage]:
    trusted = sound("TRUSTED_PROXIES")
    if isinstance(trusted, int):
        if trusted < 0:
            yield catalogue.values.NEGATIVE_PROXIES(number=trusted)
        return
    for network in trusted:
        try:
            ip_network(network)
        except ValueError as error:
            yield catalogue.values.PROXY_NETWORK(error=error)


def _nudge() -> Iterator[CheckMessage]:
    if sound("NUDGE") not in {"celery", None}:
        yield catalogue.values.NUDGE(value=sound("NUDGE"))


def _foreign() -> Iterator[CheckMessage]:
    if sound("FOREIGN_PIXELS") not in FOREIGN_MODES:
        yield catalogue.values.FOREIGN_MODE(value=sound("FOREIGN_PIXELS"))


def _value() -> Iterator[CheckMessage]:
    if sound("VALUE") not in POLICIES:
        yield catalogue.values.VALUE_POLICY(known=", ".join(POLICIES), value=sound("VALUE"))


def _objective() -> Iterator[CheckMessage]:
    if sound("OBJECTIVE") not in STEPS:
        yield catalogue.values.OBJECTIVE(known=", ".join(STEPS), value=sound("OBJECTIVE"))


def _refund() -> Iterator[CheckMessage]:
    name = sound("REFUND_EVENT")
    try:
        if name:
            islands.check_name(name)
    except InvalidEvent as error:
        yield catalogue.values.REFUND_NAME(value=name, error=error)
    else:
        if name in set(StandardEvent):
            yield catalogue.values.REFUND_NAME(value=name, error="that is one of Meta's own events")


def _excluded() -> Iterator[CheckMessage]:
    for pattern in sound("EXCLUDED_EMAILS"):
        if "@" not in pattern and "*" not in pattern and "?" not in pattern:
            yield catalogue.values.ADDRESS_PATTERN(pattern=pattern)


def _alerts() -> Iterator[CheckMessage]:
    for address in sound("ALERT_EMAILS"):
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
            yield catalogue.values.ALERT_ADDRESS(address=address)


def _numbers() -> Iterator[CheckMessage]:
    for key in AT_LEAST_ONE:
        if sound(key) < 1:
            yield catalogue.values.TOO_SMALL(key=key, number=sound(key), example=example(key))
    if sound("BATCH_SIZE") > MAX_BATCH_SIZE:
        yield catalogue.values.BATCH_TOO_LARGE(number=sound("BATCH_SIZE"))


def _durations() -> Iterator[CheckMessage]:
    for key in TIMEOUTS:
        if sound(key) <= timedelta(0):
            yield catalogue.values.NO_TIMEOUT(key=key, example=example(key))
    lease = sound("LEASE").total_seconds()
    if lease < SHORTEST_LEASE_SECONDS or lease <= sum(sound(key).total_seconds() for key in TIMEOUTS):
        yield catalogue.values.SHORT_LEASE(seconds=f"{lease:g}")
    if sound("PRUNE_AFTER") < KEPT_AT_LEAST:
        yield catalogue.values.SHORT_MEMORY(days=f"{sound('PRUNE_AFTER') / timedelta(days=1):g}")


def _moment() -> Iterator[CheckMessage]:
    since = sound("TRACK_SINCE")
    if since is not None and is_naive(since):
        yield catalogue.values.NAIVE_TIME()


def _country() -> Iterator[CheckMessage]:
    value = sound("DEFAULT_COUNTRY")
    if value and not normalization.country(value):
        yield catalogue.values.UNKNOWN_COUNTRY(value=value)


def _date_order() -> Iterator[CheckMessage]:
    if sound("DATE_ORDER") not in DATE_ORDERS:
        yield catalogue.values.DATE_ORDER(value=sound("DATE_ORDER"))


def _lengths() -> Iterator[CheckMessage]:
    names = {"CAPI_TRACKING['ENVIRONMENT']": sound("ENVIRONMENT")}
    names |= {f"The alias {str(alias)[:16]!r}... in PIXELS": str(alias) for alias in sound("PIXELS")}
    for what, name in names.items():
        if len(name) > LONGEST_NAME:
            yield catalogue.values.LONG_NAME(what=what, length=len(name))
