"""Who tells an event: the shop's adapters, and what they read of the customer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from ..orders import ModelOrderAdapter, OrderAdapter, registered
from ..orders.adapters.paths import is_path
from ..orders.identity import ancestry
from .candidates import candidates


@dataclass(frozen=True, slots=True)
class Teller:
    """An adapter with its model."""

    model: type[Model]
    adapter: OrderAdapter

    @property
    def name(self) -> str:
        return type(self.adapter).__name__

    @property
    def model_name(self) -> str:
        return str(self.model._meta.object_name)

    @property
    def is_readable(self) -> bool:
        """Whether its attributes say what it reads: not where the shop wrote ``user_data()`` itself."""
        return type(self.adapter).user_data is ModelOrderAdapter.user_data

    def reads(self, name: str) -> str:
        """The path by which it reads that of the customer, "a method" for one of its own, or ""."""
        asked: Any = getattr(self.adapter, name, ())
        if is_path(asked):
            return asked if isinstance(asked, str) else ", ".join(asked)
        return "a method" if asked else ""

    def unused(self, name: str) -> list[str]:
        """Fields that look like it. Whether the adapter uses them is another question."""
        return candidates(self.model, name)

    def told(self, key: str) -> bool:
        """Whether an event with that order key is one of its own."""
        return key.startswith(f"{ancestry(self.model)[-1]._meta.label_lower}:")


def tellers(event_name: str) -> Iterator[Teller]:
    """Those that tell of such an event."""
    for model, adapter in registered():
        if isinstance(adapter, OrderAdapter) and adapter.event_name == event_name:
            yield Teller(model, adapter)
