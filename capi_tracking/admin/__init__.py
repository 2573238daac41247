"""What staff see. Each file registers one model; questions are asked of ``metrics``, changes are verbs of the models.

``TrackingColumn`` is for the shop's own list of orders.
"""

from . import (
    attempts,
    coaching,
    contexts,
    dashboard,
    differences,
    erasures,
    events,
    keys,
    metas,
    omissions,
    pixels,
    receipts,
    reconciliations,
    reports,
    skips,
    withdrawals,
)
from .column import TrackingColumn

__all__ = [
    "TrackingColumn",
    "attempts",
    "coaching",
    "contexts",
    "dashboard",
    "differences",
    "erasures",
    "events",
    "keys",
    "metas",
    "omissions",
    "pixels",
    "receipts",
    "reconciliations",
    "reports",
    "skips",
    "withdrawals",
]
