"""Read-only questions. Each answers with a frozen value: numbers and plain texts, no HTML."""

from .answers.campaigns import Campaign
from .answers.change import Change, Changes
from .answers.consents import ConsentPart, Consents
from .answers.feed import Latest, feed
from .answers.freshness import Bar
from .answers.funnel import STEPS, Step
from .answers.heat import KEYS, Coverage
from .answers.metas import Beside, Day, Metas, Told, metas, metas_beside, metas_by_day
from .answers.onesided import OneSided, Sales
from .answers.outcomes import Outcome
from .answers.pixels import PixelLine
from .answers.refusals import NO_CODE, Failure, Skipped, failures, with_code
from .answers.sales import EventLine, MatchKeys, Orders, Overlap, Part, Sides
from .answers.unasked import Unasked, unasked
from .counting.delays import LIMITS
from .counting.facts import PURCHASE, Fact, Proof
from .counting.newest import newest
from .counting.pairs import Pair, first_alone, in_pair_state, with_pair
from .counting.scan import Asked, with_proof
from .dashboard.health import Health, health
from .gauges import Gauges, gauges
from .keys import MatchKey
from .pages.behind import Group, Result, Side, in_group, on_side, with_key, with_result
from .pages.carried import Carried, CarriedBy, carried
from .pages.clicks import Clicks, clicks
from .pages.failed import Failed, failed, of_group
from .pages.masking import shortened, without_ids
from .pages.pixelstate import PixelState, pixel_state
from .pages.repeated import Repeated, repeated
from .pages.search import find_contexts, find_events, find_receipts
from .pages.stakes import Stake, stake
from .pages.story import Moment, Story, story
from .pages.unpaired import Cause, Pairing, Unpaired, pairing
from .reasons import explain, explain_status
from .rollup.adding import RolledUp, roll_up
from .values import Money, Share
from .verdict.judging import SILENCE
from .verdict.problem import AT_RISK, Problem, Trouble
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
    "first_alone",
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
