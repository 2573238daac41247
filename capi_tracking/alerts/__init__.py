"""Troubles that are worth a person's attention: each is told once until it clears."""

from .telling import Told, tell
from .watching import mark, standing

__all__ = ["Told", "mark", "standing", "tell"]
