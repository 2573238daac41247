"""Which files a room is, and which tests speak of it. Tests with servers or browsers of their own take too long here."""

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "capi_tracking"


class Room(NamedTuple):
    source: str
    tests: tuple[str, ...]

    @property
    def files(self) -> list[Path]:
        source = PACKAGE / self.source
        return sorted(source.glob("*.py")) if source.is_dir() else [source]


ROOMS = {
    "retry": Room("retry.py", ("test_retry.py",)),
    "normalization": Room(
        "normalization", ("test_normalization.py", "test_placeholders.py", "test_clicks.py", "test_events.py")
    ),
    "consent": Room("consent.py", ("test_consent.py", "consent", "privacy/test_choices.py")),
    "tracking": Room(
        "tracking",
        (
            "test_tracking.py",
            "test_receipts.py",
            "test_completing.py",
            "test_prepared.py",
            "test_shadow.py",
            "test_inserts.py",
            "test_ingestion.py",
            "test_order_lines.py",
            "test_hints.py",
            "test_orders.py",
            "test_orders_bad_input.py",
            "test_relay.py",
            "consent",
            "minimisation",
            "orders",
        ),
    ),
    "delivery": Room(
        "delivery",
        (
            "test_delivery.py",
            "test_delivery_records.py",
            "test_insist.py",
            "test_repeated.py",
            "test_shadow.py",
            "failures",
            "integration/test_delivery_over_http.py",
        ),
    ),
}
