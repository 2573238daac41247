"""Whether the shop's adapters can answer: what they name is there, and what a sale needs is named."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from django.core.checks import CheckMessage
from django.db.models import DecimalField, FloatField, IntegerField, Model

from ..exceptions import ImproperlyTracked
from ..orders import ModelEventAdapter, ModelOrderAdapter, OrderAdapter, registered
from ..orders.adapters import names
from ..orders.adapters.money import POLICIES
from ..orders.adapters.paths import PathAdapter, is_path
from . import catalogue
from .given import is_on, sound

LIKENESS = 0.6
CONDITIONS = ("paid_when", "happened_when", "trial_when", "subscribe_when", "renewal_when", "cancelled_when")
MOST_NAMES = 40


def check_adapters(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Each registered adapter against its model. No query."""
    if not is_on():
        return []
    return [message for model, adapter in registered() for message in _of(model, adapter)]


def _of(model: type[Model], adapter: Any) -> Iterator[CheckMessage]:
    if isinstance(adapter, PathAdapter):
        yield from _paths(model, adapter)
        yield from _conditions(model, adapter)
    if isinstance(adapter, ModelOrderAdapter):
        yield from _needs(model, adapter)


def _paths(model: type[Model], adapter: PathAdapter) -> Iterator[CheckMessage]:
    for attribute, path in adapter.paths().items():
        yield from _path(model, adapter, attribute, path)
    rows = names.related(model, getattr(adapter, "lines", ""))
    for attribute in getattr(adapter, "LINE_PATHS", ()) if rows else ():
        path = getattr(adapter, attribute)
        if path and is_path(path):
            yield from _path(rows, adapter, attribute, path)


def _path(model: Any, adapter: Any, attribute: str, path: Any) -> Iterator[CheckMessage]:
    try:
        for lacking, name in names.missing(model, path):
            yield catalogue.adapters.UNKNOWN_PATH(
                adapter=_name(adapter),
                attribute=attribute,
                path=path,
                model=lacking.__name__,
                name=name,
                instead=_instead(lacking, name),
            )
    except ImproperlyTracked as error:
        yield catalogue.adapters.BAD_TEMPLATE(adapter=_name(adapter), attribute=attribute, error=error)


def _conditions(model: type[Model], adapter: Any) -> Iterator[CheckMessage]:
    for attribute in CONDITIONS:
        for condition in getattr(adapter, attribute, {}):
            if lookup := names.unknown_lookup(model, condition):
                yield catalogue.adapters.UNKNOWN_LOOKUP(
                    adapter=_name(adapter), attribute=attribute, condition=condition, lookup=lookup
                )
            else:
                yield from _path(model, adapter, attribute, names.path_of(condition))


def _needs(model: type[Model], adapter: ModelOrderAdapter) -> Iterator[CheckMessage]:
    """What a sale can't do without, unless the shop's own method says it."""
    is_sale = not isinstance(adapter, ModelEventAdapter)
    if is_sale and not adapter.paid_when and _is_ours(adapter, "is_purchase"):
        yield catalogue.adapters.NO_PAYMENT(adapter=_name(adapter))
    if not (adapter.told_at() or adapter.created_at or _overridden(adapter, "event_time", "placed_at")):
        yield catalogue.adapters.NO_TIME(adapter=_name(adapter), attribute="paid_at" if is_sale else "happened_at")
    if _overridden(adapter, "custom_data"):
        return
    if is_sale and not adapter.total and not _overridden(adapter, "value"):
        yield catalogue.adapters.NO_TOTAL(adapter=_name(adapter))
    yield from _money(model, adapter)
    if adapter.lines and not adapter.line_id and _is_ours(adapter, "contents"):
        yield catalogue.adapters.NO_LINE_ID(adapter=_name(adapter))


def _money(model: type[Model], adapter: ModelOrderAdapter) -> Iterator[CheckMessage]:
    if not adapter.total or _overridden(adapter, "value"):
        return
    if not adapter.currency and _is_bare(model, adapter.total):
        yield catalogue.adapters.NO_CURRENCY(adapter=_name(adapter))
    for part in POLICIES.get(sound("VALUE"), ()):
        if not getattr(adapter, part):
            yield catalogue.adapters.NO_PART(adapter=_name(adapter), policy=sound("VALUE"), part=part)


def _is_bare(model: type[Model], path: Any) -> bool:
    """A number that says nothing of its currency."""
    field = next((each for each in model._meta.fields if each.name == path), None)
    return type(field) in {DecimalField, FloatField} or isinstance(field, IntegerField)


def _is_ours(adapter: OrderAdapter, method: str) -> bool:
    return not _overridden(adapter, method)


def _overridden(adapter: OrderAdapter, *methods: str) -> bool:
    return any(getattr(type(adapter), method) is not getattr(ModelOrderAdapter, method) for method in methods)


def _name(adapter: object) -> str:
    return type(adapter).__name__


def _instead(model: type[Model], name: str) -> str:
    there = names.names_of(model)
    close = get_close_matches(name, there, n=1, cutoff=LIKENESS)
    known = f"{model.__name__} has: {', '.join(there[:MOST_NAMES])}."
    return f'Did you mean "{close[0]}"? {known}' if close else known
