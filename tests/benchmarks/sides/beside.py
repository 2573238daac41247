"""The tables beside the outbox, filled: attempts, receipts, checkout contexts, skip counts."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tests.benchmarks.sides import filling, sample

FEW_DAYS = 28  # that skip counts spread over
TIMES = ("started_at", "created_at", "changed_at", "consent_at")


def fill_beside(count: int, days: float = 0, over_days: float = 0) -> None:
    """So many of each; the last ones so many days old, the first ones ``over_days`` older. Receipts of the first events."""
    from capi_tracking.models import BrowserReceipt, CheckoutContext, DeliveryAttempt, SkipCount

    at = timezone.now() - timedelta(days=days + over_days)
    times = dict.fromkeys(TIMES, filling.later(at, timedelta(days=over_days).total_seconds() / count))
    _fill(attempt(DeliveryAttempt, at), count, times | {"trace_id": filling.digest("t"), "kind": now_and_then(100)})
    _fill(receipt(BrowserReceipt, at), count, times | of_receipts())
    _fill(context(CheckoutContext, at), count, times | of_contexts())
    _fill(skip(SkipCount, at), count, of_skips(timezone.now() - timedelta(days=days)))


def _fill(row: Any, count: int, columns: dict[str, str]) -> None:
    row.save(force_insert=True)
    with filling.without_indexes(type(row)):
        filling.copy(row, count - 1, columns)
    filling.analyze(type(row))


def now_and_then(n: int) -> str:
    """Every n-th attempt failed."""
    return f"CASE WHEN {filling.COUNTED} % {n} = 0 THEN 'unreachable' ELSE 'delivered' END".replace("%", "%%")


def of_receipts() -> dict[str, str]:
    blocked = f"CASE WHEN {filling.COUNTED} %% 100 = 0 THEN 1 ELSE 2 END"
    return {"key": filling.key(), "visitor_key": filling.short("v"), "event_id": filling.digest("e"), "state": blocked}


def of_contexts() -> dict[str, str]:
    keys = {name: filling.short(name[0]) for name in filling.KEYS}
    return {"key": filling.joined_text("'old.order:'", "i"), **keys}


def of_skips(at: datetime) -> dict[str, str]:
    name = filling.joined_text("'Custom'", f"FLOOR({filling.COUNTED} / {FEW_DAYS})")
    return {"day": filling.earlier_day(at, f"{filling.COUNTED} %% {FEW_DAYS}"), "event_name": name}


def attempt(model: Any, at: datetime) -> Any:
    return model(
        pixel="default", kind="delivered", http_status=200, trace_id="AbCdEfGhIjKlMnOpQrStUv", batch_size=5,
        batch_bytes=8_000, events_received=5, duration_ms=150, started_at=at,
    )  # fmt: skip


def receipt(model: Any, at: datetime) -> Any:
    return model(
        key=f"{model.objects.count():064x}", visitor_key="0123456789abcdef", pixel="default", event_name="Purchase",
        event_id="first", state=2, created_at=at, changed_at=at,
    )  # fmt: skip


def context(model: Any, at: datetime) -> Any:
    seen = sample.browser(1)
    return model(
        key=f"first:{model.objects.count()}", fbp=seen["fbp"], fbc=seen["fbc"], client_ip=seen["client_ip_address"],
        user_agent=seen["client_user_agent"], url=sample.URL, consent_state="granted", consent_at=at, created_at=at,
    )  # fmt: skip


def skip(model: Any, at: datetime) -> Any:
    return model(day=at, pixel="default", event_name=f"First{model.objects.count()}", reason="no_consent", count=7)
