"""What staff see. Each file registers one model; questions are asked of ``metrics``, changes are verbs of the models."""

from . import attempts, contexts, dashboard, erasures, events, pixels, receipts, reports, skips, withdrawals

__all__ = [
    "attempts",
    "contexts",
    "dashboard",
    "erasures",
    "events",
    "pixels",
    "receipts",
    "reports",
    "skips",
    "withdrawals",
]
