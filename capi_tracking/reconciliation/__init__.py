"""Orders on one side, the outbox on the other: a reason for every difference, and what can be mended."""

from .judging import Judgement, Outcome, Place, Told
from .reading import Page, Trial, read, try_out
from .report import Report
from .running import backfill, reconcile

__all__ = [
    "Judgement",
    "Outcome",
    "Page",
    "Place",
    "Report",
    "Told",
    "Trial",
    "backfill",
    "read",
    "reconcile",
    "try_out",
]
