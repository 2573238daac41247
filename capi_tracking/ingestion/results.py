"""What became of an item, as a frozen value."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """``RECORDED`` and ``DUPLICATE`` are both as the sender wished; ``REFUSED`` is for the sender to mend."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``field``: what to mend, as a path in the item (``custom_data.value``); ``reason``: why it was skipped or refused,
    or what will keep a recorded one from being sent. ``notes``: what was left out of it (``ph: no country code``). None of
    them ever quotes a value.
    """

    outcome: Outcome
    event_id: str = ""
    field: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
