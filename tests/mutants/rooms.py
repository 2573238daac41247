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
    "normalization": Room("normalization", ("normalization", "events")),
    "consent": Room("consent", ("consent", "privacy/test_choices.py")),
    "tracking": Room(
        "tracking",
        (
            "tracking",
            "normalization/test_clicks.py",
            "test_readiness.py",
            "models/test_prepared.py",
            "delivery/test_shadow.py",
            "models/test_inserts.py",
            "ingestion/test_ingestion.py",
            "visitors/test_hints.py",
            "relay/test_collect.py",
            "consent",
            "minimisation",
            "orders",
        ),
    ),
    "delivery": Room(
        "delivery",
        (
            "delivery",
            "failures",
            "logs",
            "integration/test_delivery_over_http.py",
        ),
    ),
}
