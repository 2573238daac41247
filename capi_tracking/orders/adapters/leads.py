"""Leads, sign-ups, bookings: what a site without orders lives on, followed as orders are."""

from collections.abc import Mapping
from typing import Any, ClassVar

from ...events import StandardEvent
from .orders import ModelOrderAdapter
from .paths import Ask


class ModelEventAdapter(ModelOrderAdapter):
    """A saved object that is one event: ``@register(Enquiry, event="Lead")``. Neither value nor lines are needed.

    ``happened_when``: spelled as in ``filter()``, true for the rest of its life; empty, it happens with the first save.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("happened_at",)

    event_name = StandardEvent.LEAD
    happened_when: ClassVar[Mapping[str, Any]] = {}
    happened_at: ClassVar[Ask] = ()
    number: ClassVar[Ask] = ()

    def told_when(self) -> Mapping[str, Any]:
        return self.happened_when

    def told_at(self) -> Ask:
        return self.happened_at
