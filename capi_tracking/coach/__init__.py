"""What would raise the match: which key is worth what, and which field or setting would give it.

``coach`` speaks of a period, ``for_event`` of one event. Both read what is recorded, what is registered and what is set;
they change nothing, and what they say of a shop's form is a guess by its names.
"""

from .advice import Advice, Kind, Remedy, Step
from .events import for_event
from .periods import Coached, EventAdvice, coach

__all__ = ["Advice", "Coached", "EventAdvice", "Kind", "Remedy", "Step", "coach", "for_event"]
