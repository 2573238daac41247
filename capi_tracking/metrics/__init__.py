"""Read-only questions. Each answers with a frozen value: numbers and plain texts, no HTML."""

from .behind import Group, Result, Side, in_group, on_side, with_key, with_result
from .campaigns import Campaign
from .carried import Carried, CarriedBy, carried
from .change import Change, Changes
from .clicks import Clicks, clicks
from .consents import ConsentPart, Consents
from .facts import PURCHASE, Fact, Proof
from .failed import Failed, failed, of_group
from .feed import Latest, feed
from .freshness import LIMITS, Bar
from .funnel import STEPS, Step
from .gauges import Gauges, gauges
from .health import Health, PixelLine, health
from .heat import KEYS, Coverage
from .keys import MatchKey
from .masking import shortened, without_ids
from .metas import Beside, Day, Metas, Told, metas, metas_beside, metas_by_day
from .newest import newest
from .onesided import OneSided, Sales
from .outcomes import Outcome
from .pairs import Pair, in_pair_state, with_pair
from .pixelstate import PixelState, pixel_state
from .problem import AT_RISK, Problem, Trouble
from .reasons import explain, explain_status
from .refusals import NO_CODE, Failure, Skipped, failures, with_code
from .repeated import Repeated, repeated
from .rollup import RolledUp, roll_up
from .sales import EventLine, MatchKeys, Orders, Overlap, Part, Sides
from .scan import Asked, with_proof
from .search import find_contexts, find_events, find_receipts
from .stakes import Stake, stake
from .story import Moment, Story, story
from .unasked import Unasked, unasked
from .unpaired import Cause, Pairing, Unpaired, pairing
from .values import Money, Share
from .verdict import SILENCE
from .window import DEFAULT_WINDOW, MOST_DAYS, WINDOWS, Window, between, is_window, window

__all__ = [
    "AT_RISK",
    "DEFAULT_WINDOW",
    "KEYS",
    "LIMITS",
    "MOST_DAYS",
    "NO_CODE",
    "PURCHASE",
    "SILENCE",
    "STEPS",
    "WINDOWS",
    "Asked",
    "Bar",
    "Beside",
    "Campaign",
    "Carried",
    "CarriedBy",
    "Cause",
    "Change",
    "Changes",
    "Clicks",
    "ConsentPart",
    "Consents",
    "Coverage",
    "Day",
    "EventLine",
    "Fact",
    "Failed",
    "Failure",
    "Gauges",
    "Group",
    "Health",
    "Latest",
    "MatchKey",
    "MatchKeys",
    "Metas",
    "Moment",
    "Money",
    "OneSided",
    "Orders",
    "Outcome",
    "Overlap",
    "Pair",
    "Pairing",
    "Part",
    "PixelLine",
    "PixelState",
    "Problem",
    "Proof",
    "Repeated",
    "Result",
    "RolledUp",
    "Sales",
    "Share",
    "Side",
    "Sides",
    "Skipped",
    "Stake",
    "Step",
    "Story",
    "Told",
    "Trouble",
    "Unasked",
    "Unpaired",
    "Window",
    "between",
    "carried",
    "clicks",
    "explain",
    "explain_status",
    "failed",
    "failures",
    "feed",
    "find_contexts",
    "find_events",
    "find_receipts",
    "gauges",
    "health",
    "in_group",
    "in_pair_state",
    "is_window",
    "metas",
    "metas_beside",
    "metas_by_day",
    "newest",
    "of_group",
    "on_side",
    "pairing",
    "pixel_state",
    "repeated",
    "roll_up",
    "shortened",
    "stake",
    "story",
    "unasked",
    "window",
    "with_code",
    "with_key",
    "with_pair",
    "with_proof",
    "with_result",
    "without_ids",
]
