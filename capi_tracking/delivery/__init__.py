"""What goes out: rows are leased, sent outside any transaction, and what came back is recorded."""

from .drain import deliver_due
from .pulse import alive
from .report import Report
from .sweeping import hold_older_than, resume, sweep

__all__ = ["Report", "alive", "deliver_due", "hold_older_than", "resume", "sweep"]
