"""Meta's own scores and counts: fetched over its Graph API, set beside ours, and kept day by day."""

from .fetching import BUDGET, PATIENCE, fetch, fetch_all, fetch_due

__all__ = ["BUDGET", "PATIENCE", "fetch", "fetch_all", "fetch_due"]
