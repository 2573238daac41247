"""What a view calls."""

from .handover import track_request
from .orders import remember

__all__ = ["remember", "track_request"]
