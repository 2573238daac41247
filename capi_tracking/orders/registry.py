"""Which adapter speaks for which model. Filled by the ``capi.py`` of each installed app, as ``admin.py`` is."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model
from django.utils.module_loading import autodiscover_modules

from ..conf import conf
from ..exceptions import ImproperlyTracked
from .adapters import ItemAdapter, OrderAdapter, model_of_lines

AdapterClass = TypeVar("AdapterClass", bound=type[ItemAdapter])


class Parent(NamedTuple):
    """Where a line belongs: its order's model, and the line's column that holds the order's key."""

    model: type[Model]
    column: str


_adapters: dict[type[Model], ItemAdapter] = {}
_parents: dict[type[Model], Parent] = {}


def register(model: type[Model]) -> Callable[[AdapterClass], AdapterClass]:
    """Class decorator: from now on the adapter speaks for the model."""

    def decorate(adapter_class: AdapterClass) -> AdapterClass:
        if not issubclass(adapter_class, ItemAdapter):
            raise ImproperlyTracked(f"{adapter_class.__name__} is no adapter of capi_tracking.orders.")
        _add(model, adapter_class())
        return adapter_class

    return decorate


def unregister(model: type[Model]) -> None:
    _adapters.pop(_concrete(model), None)
    for line in [line for line, parent in _parents.items() if parent.model is model]:
        del _parents[line]


def discover() -> None:
    """Import every installed app's ``capi.py`` (the name is the setting ``DISCOVER``)."""
    autodiscover_modules(conf.DISCOVER)


def adapter_of(model: type[Any]) -> ItemAdapter:
    """The model's adapter. Raises :class:`ImproperlyTracked` that says how to register one."""
    try:
        return _adapters[_concrete(model)]
    except KeyError:
        raise ImproperlyTracked(
            f"{model.__name__} has no adapter: register one in the {conf.DISCOVER}.py of its app."
        ) from None


def order_adapter(model: type[Any]) -> OrderAdapter | None:
    """The adapter if the model is a registered order, else None."""
    adapter = _adapters.get(_concrete(model))
    return adapter if isinstance(adapter, OrderAdapter) else None


def parent_of(line_model: type[Any]) -> Parent | None:
    return _parents.get(_concrete(line_model))


def _add(model: type[Model], adapter: ItemAdapter) -> None:
    _adapters[_concrete(model)] = adapter
    lines = model_of_lines(adapter, model) if isinstance(adapter, OrderAdapter) else None
    if lines:
        _parents[_concrete(lines[0])] = Parent(model, lines[1])


def _concrete(model: type[Any]) -> type[Any]:
    meta = getattr(model, "_meta", None)
    return (meta.concrete_model or model) if meta else model
