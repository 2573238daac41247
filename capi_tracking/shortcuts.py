"""What a view calls."""

from .orders import remember

__all__ = ["remember"]
