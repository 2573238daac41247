"""The admin's lists of our tables, and a page for each row. Each file registers one model."""

from . import (
    attempts,
    contexts,
    differences,
    erasures,
    events,
    keys,
    omissions,
    pixels,
    receipts,
    reports,
    skips,
    withdrawals,
)

__all__ = [
    "attempts",
    "contexts",
    "differences",
    "erasures",
    "events",
    "keys",
    "omissions",
    "pixels",
    "receipts",
    "reports",
    "skips",
    "withdrawals",
]
