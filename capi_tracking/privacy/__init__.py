"""What is kept of people, and how it goes: by itself, or because they ask."""

from .erasing import Erased, erasable, erase, withdraw_person
from .exporting import Told, export, told
from .persons import Person
from .pruning import KEPT_AT_LEAST, Cleared, prune
from .visitors import heed, withdraw_visitor
from .withdrawing import Withdrawn, withdraw

__all__ = [
    "KEPT_AT_LEAST",
    "Cleared",
    "Erased",
    "Person",
    "Told",
    "Withdrawn",
    "erasable",
    "erase",
    "export",
    "heed",
    "prune",
    "told",
    "withdraw",
    "withdraw_person",
    "withdraw_visitor",
]
