"""Read-only questions. Each answers with a frozen value: numbers and plain texts, no HTML."""

from .clicks import Clicks, clicks
from .facts import Fact
from .health import Health, PixelLine, health
from .masking import shortened, without_ids
from .pairs import Pair, in_pair_state, with_pair
from .reasons import explain, explain_status
from .repeated import Repeated, repeated
from .sales import EventLine, MatchKeys, Orders, Overlap, Part, Sides
from .search import find_contexts, find_events, find_receipts
from .story import Moment, Story, story
from .values import Money, Share
from .verdict import Problem, Trouble
from .window import CUSTOM_WINDOW, DEFAULT_WINDOW, MOST_DAYS, WINDOWS, Window, between, window

__all__ = [
    "CUSTOM_WINDOW",
    "DEFAULT_WINDOW",
    "MOST_DAYS",
    "WINDOWS",
    "Clicks",
    "EventLine",
    "Fact",
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
    "Share",
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
    "in_pair_state",
    "repeated",
    "shortened",
    "story",
    "window",
    "with_pair",
    "without_ids",
]
