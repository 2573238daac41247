"""Everything that comes in: ``track`` an event, ``skip`` one with the reason, ``acknowledge`` a browser's receipt.

All write in the caller's own transaction: roll it back, and it was never tracked.
"""

from .burying import bury
from .completing import complete
from .judging import contents_of
from .omissions import tell_of_page
from .receipts import Receipt, acknowledge, acknowledge_all, catch_up, is_recorded, recorded, told_id
from .recording import skip, skip_all, track, track_all
from .rows import SALES
from .several import Fate, Told, foresee_each, track_each
from .writing import announce

__all__ = [
    "SALES",
    "Fate",
    "Receipt",
    "Told",
    "acknowledge",
    "acknowledge_all",
    "announce",
    "bury",
    "catch_up",
    "complete",
    "contents_of",
    "foresee_each",
    "is_recorded",
    "recorded",
    "skip",
    "skip_all",
    "tell_of_page",
    "told_id",
    "track",
    "track_all",
    "track_each",
]
