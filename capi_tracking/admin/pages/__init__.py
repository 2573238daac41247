"""The pages beside the dashboard that are no list of one table."""

from . import coaching, metas, reconciliations

__all__ = ["coaching", "metas", "reconciliations"]
