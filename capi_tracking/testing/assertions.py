"""What a test asserts of the outbox."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from ..events.intake import FIELDS
from ..models import OutboxEvent
from ..orders import order_key
from . import outbox
from .comparing import is_same
from .telling import called, surroundings

MOST_CHARACTERS = 100


@dataclass(frozen=True)
class Expected:
    custom_data: Mapping[str, Any]
    user_data: Collection[str]
    consent: str | None

    def differences(self, row: OutboxEvent, event: dict[str, Any]) -> list[str]:
        """What speaks against this event. Of the customer's data the names alone."""
        data, person = event.get("custom_data", {}), event.get("user_data", {})
        keys = [key for key in self.user_data if FIELDS.get(key, key) not in person]
        return [
            *[
                _differs(name, data, wanted)
                for name, wanted in self.custom_data.items()
                if not _fits(name, data, wanted)
            ],
            *([f"user_data has no {', '.join(keys)}, but {', '.join(person) or 'nothing'}"] if keys else []),
            *([f"consent is {row.consent_state}"] if self.consent not in {None, row.consent_state} else []),
        ]


def assert_tracked(
    name: str,
    /,
    *,
    count: int = 1,
    user_data: Collection[str] = (),
    consent: str | None = None,
    order: Model | None = None,
    pixel: str | None = None,
    using: str | None = None,
    **custom_data: Any,
) -> dict[str, Any]:
    """Exactly ``count`` events of that name with these ``custom_data`` values are tracked; returns the first.

    Numbers are compared by their worth (``19``, ``"19.00"`` and ``Decimal("19.00")`` are one), nested mappings by the
    keys that are named. ``user_data`` are keys that must be there, as Meta calls them or as ``UserData.of`` does.
    ``order`` and ``pixel`` narrow it down to the events of one order, or to one alias of ``PIXELS``.
    """
    __tracebackhide__ = True  # pytest shows the test's own line
    if count < 1:
        raise ValueError("assert_not_tracked() says that there is none.")
    user_data = (user_data,) if isinstance(user_data, str) else user_data
    expected = Expected(custom_data, user_data, consent)
    compared = [(row, event, expected.differences(row, event)) for row, event in _found(name, order, pixel, using)]
    fitting = [event for _row, event, differences in compared if not differences]
    if len(fitting) != count:
        lines = [f"{called(row)}: {'; '.join(differences) or 'fits'}" for row, _event, differences in compared]
        said = f"{len(fitting)} of {len(compared)} {name} events fit, not {count}."
        raise AssertionError("\n".join([said, *[f"  {line}" for line in lines], *surroundings(name, using=using)]))
    return fitting[0]


def assert_not_tracked(
    name: str, *, order: Model | None = None, pixel: str | None = None, using: str | None = None
) -> None:
    """No event of that name will go to Meta, or has gone."""
    __tracebackhide__ = True
    found = _found(name, order, pixel, using)
    if found:
        lines = [f"  {called(row)}: {row.status}" for row, _event in found]
        raise AssertionError("\n".join([f"{len(found)} {name} events are tracked.", *lines]))


def assert_skipped(name: str, reason: str | None = None, *, using: str | None = None) -> None:
    """An event of that name was left unsent, for that reason (``consent_denied``, ``bot``, ...) if one is given."""
    __tracebackhide__ = True
    rows = [(row.event_name, row.reason) for row in outbox.unsent_rows(using)]
    if not any(each == name and reason in {None, why} for each, why in [*rows, *outbox.skip_counts(using)]):
        said = f"No {name} event was skipped{f' for {reason}' if reason else ''}."
        tracked = len(_found(name, None, None, using))
        lines = [f"  {tracked} {name} events are tracked."] if tracked else []
        raise AssertionError("\n".join([said, *lines, *surroundings(name, using=using)]))


def _found(
    name: str, order: Model | None, pixel: str | None, using: str | None
) -> list[tuple[OutboxEvent, dict[str, Any]]]:
    rows = outbox.tracked_rows(using).filter(event_name=name)
    rows = rows.filter(order_key=order_key(type(order), order.pk)) if order else rows
    rows = rows.filter(pixel=pixel) if pixel else rows
    return [(row, json.loads(row.payload)) for row in rows]


def _fits(name: str, data: dict[str, Any], wanted: Any) -> bool:
    return name in data and is_same(data[name], wanted)


def _differs(name: str, data: dict[str, Any], wanted: Any) -> str:
    if name not in data:
        return f"there is no {name}"
    return f"{name} is {_short(data[name])}, not {_short(wanted)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}..."
