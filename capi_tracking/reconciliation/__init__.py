"""Orders on one side, the outbox on the other: a reason for every difference, and what can be mended."""

from .judging import Judgement, Outcome, Place, Told
from .report import Report
from .running import reconcile

__all__ = ["Judgement", "Outcome", "Place", "Report", "Told", "reconcile"]
