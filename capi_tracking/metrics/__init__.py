"""Read-only questions. Each answers with a frozen value: numbers and plain texts, no HTML."""

from .clicks import Clicks, clicks
from .facts import Fact
from .health import Health, PixelLine, health
from .masking import shortened, without_ids
from .outcomes import Group, Outcome, Side, in_group, on_side, with_outcome
from .pairs import Pair, in_pair_state, with_pair
from .reasons import explain, explain_status
from .refusals import with_code
from .repeated import Repeated, repeated
from .sales import EventLine, MatchKeys, Orders, Overlap, Part, Sides
from .search import find_contexts, find_events, find_receipts
from .story import Moment, Story, story
from .values import Money, Share
from .verdict import Problem, Trouble
from .window import DEFAULT_WINDOW, MOST_DAYS, WINDOWS, Window, between, is_window, window

__all__ = [
    "DEFAULT_WINDOW",
    "MOST_DAYS",
    "WINDOWS",
    "Clicks",
    "EventLine",
    "Fact",
    "Group",
    "Health",
    "MatchKeys",
    "Moment",
    "Money",
    "Orders",
    "Outcome",
    "Overlap",
    "Pair",
    "Part",
    "PixelLine",
    "Problem",
    "Repeated",
    "Share",
    "Side",
    "Sides",
    "Story",
    "Trouble",
    "Window",
    "between",
    "clicks",
    "explain",
    "explain_status",
    "find_contexts",
    "find_events",
    "find_receipts",
    "health",
    "in_group",
    "in_pair_state",
    "is_window",
    "on_side",
    "repeated",
    "shortened",
    "story",
    "window",
    "with_code",
    "with_outcome",
    "with_pair",
    "without_ids",
]
