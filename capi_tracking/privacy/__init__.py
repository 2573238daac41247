"""What is kept of people, and how it goes: by itself, or because they ask."""

from .persons import Person
from .pruning import KEPT_AT_LEAST, Cleared, prune
from .withdrawing import Withdrawn, withdraw

__all__ = ["KEPT_AT_LEAST", "Cleared", "Person", "Withdrawn", "prune", "withdraw"]
