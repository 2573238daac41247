"""What is kept of people, and how it goes: by itself, or because they ask."""

from .erasing import Erased, erasable, erase
from .exporting import Told, export, told
from .persons import Person
from .pruning import Cleared, prune
from .showing import Decision, History, Shown, history
from .visitors import heed, withdraw_visitor
from .withdrawing import Withdrawn, withdraw

__all__ = [
    "Cleared",
    "Decision",
    "Erased",
    "History",
    "Person",
    "Shown",
    "Told",
    "Withdrawn",
    "erasable",
    "erase",
    "export",
    "heed",
    "history",
    "prune",
    "told",
    "withdraw",
    "withdraw_visitor",
]
