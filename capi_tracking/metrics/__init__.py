"""Read-only questions. Each answers with a frozen value: numbers and plain texts, no HTML."""

from .behind import Group, Result, Side, in_group, on_side, with_result
from .clicks import Clicks, clicks
from .facts import Fact
from .health import Health, PixelLine, health
from .masking import shortened, without_ids
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
    "Overlap",
    "Pair",
    "Part",
    "PixelLine",
    "Problem",
    "Repeated",
    "Result",
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
    "with_pair",
    "with_result",
    "without_ids",
]
