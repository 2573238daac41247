"""What a sender may tell, and under which consent."""

from collections.abc import Collection
from dataclasses import dataclass

from ..models import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """``pixels`` and ``events``: the aliases and event names that may be written, None for all. ``pixel`` and
    ``action_source``: of items that name none; "" has such an item refused.

    ``policy``: the name of one policy under which all customers have agreed; it counts for items that bring no consent of
    their own. Without it these are skipped.
    """

    source: str = Source.API
    pixels: Collection[str] | None = None
    events: Collection[str] | None = None
    pixel: str = "default"
    action_source: str = ""
    policy: str = ""
    using: str | None = None
