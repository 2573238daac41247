from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    GOOD = "good"
    NOTE = "note"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was looked at, how it is, and how to mend it; ``mend`` is "" where there is nothing to do."""

    about: str
    level: Level
    text: str
    mend: str = ""
