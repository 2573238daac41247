"""Which adapter speaks for which model. Filled by the ``capi.py`` of each installed app, as ``admin.py`` is."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model
from django.utils.module_loading import autodiscover_modules

from ..conf import conf
from ..exceptions import ImproperlyTracked
from .adapters.lines import path_from_line
from .adapters.protocol import ItemAdapter, OrderAdapter
from .identity import ancestry

AdapterClass = TypeVar("AdapterClass", bound=type[ItemAdapter])
Entry = TypeVar("Entry")


class Parent(NamedTuple):
    """Where a line belongs: its order's model, and the path from the line to the order's key."""

    model: type[Model]
    path: str


_adapters: dict[type[Model], ItemAdapter] = {}
_parents: dict[type[Model], Parent] = {}


def register(model: type[Model], *, event: str = "") -> Callable[[AdapterClass], AdapterClass]:
    """Class decorator: from now on the adapter speaks for the model; ``event`` names what it tells of, such as "Lead"."""

    def decorate(adapter_class: AdapterClass) -> AdapterClass:
        if not issubclass(adapter_class, ItemAdapter):
            raise ImproperlyTracked(f"{adapter_class.__name__} is no adapter of capi_tracking.orders.")
        if model._meta.abstract:
            raise ImproperlyTracked(f"{model.__name__} is abstract: register the models that inherit from it.")
        _add(model, _made(adapter_class, event))
        return adapter_class

    return decorate


def _made(adapter_class: type[ItemAdapter], event: str) -> ItemAdapter:
    adapter = adapter_class()
    if event and not isinstance(adapter, OrderAdapter):
        raise ImproperlyTracked(f"{adapter_class.__name__} tells of no event: event= is for orders and leads.")
    if event:
        vars(adapter)["event_name"] = event
    return adapter


def unregister(model: type[Model]) -> None:
    _adapters.pop(_concrete(model), None)
    for line in [line for line, parent in _parents.items() if parent.model is model]:
        del _parents[line]


def discover() -> None:
    """Import every installed app's ``capi.py`` (the name is the setting ``DISCOVER``)."""
    autodiscover_modules(str(conf.DISCOVER))


def adapter_of(model: type[Any]) -> ItemAdapter:
    """The adapter of the model, or of the one it inherits from. Raises :class:`ImproperlyTracked` if there is none."""
    adapter = _nearest(_adapters, model)
    if adapter is None:
        raise ImproperlyTracked(f"{model.__name__} has no adapter: register one in the {conf.DISCOVER}.py of its app.")
    return adapter


def order_adapter(model: type[Any]) -> OrderAdapter | None:
    """The adapter if the model is a registered order, else None."""
    adapter = _nearest(_adapters, model)
    return adapter if isinstance(adapter, OrderAdapter) else None


def parent_of(line_model: type[Any]) -> Parent | None:
    return _nearest(_parents, line_model)


def registered() -> list[tuple[type[Model], ItemAdapter]]:
    """Every model that has an adapter, with it."""
    return list(_adapters.items())


def _add(model: type[Model], adapter: ItemAdapter) -> None:
    _adapters[_concrete(model)] = adapter
    found = path_from_line(adapter, model) if isinstance(adapter, OrderAdapter) else None
    if found:
        line, path = found
        _parents[_concrete(line)] = Parent(model, path)


def _concrete(model: type[Model]) -> type[Model]:
    return ancestry(model)[0]


def _nearest(table: Mapping[type[Model], Entry], model: type[Model]) -> Entry | None:
    return next((table[each] for each in ancestry(model) if each in table), None)
