"""``docs/events.md``: Meta's standard events, and the values that an event is made of."""

from collections.abc import Iterator
from typing import get_type_hints

from capi_tracking import islands
from capi_tracking.events import ActionSource, Content, CustomData, Event, StandardEvent
from capi_tracking.events.intake import FIELDS
from capi_tracking.events.user_data import HASHED, PlainUserData
from capi_tracking.models.states import MAX_AGE, MAX_AGE_STORE
from capi_tracking.orders import OrderAdapter
from capi_tracking.tags.events import CONFIRMED

from .reading import members, table

INTRODUCTION = """# Events

What Meta knows by name, what it wants to hear with it, and where it comes from; then each field of an event.

This page is written from the code: `python -m tests.docs`.

## Standard events

**Bold** is what an event must have, or what ads from a catalogue can't do without. Everything else is welcome where it is
known. *Any*: `{% pixel_event %}`, `{% pixel_on %}`, `capi.track` and `track_request`, which take their parameters from
[an adapter](pages.md#the-tags). All names may come from [another system](api.md), [a file](import.md) or `track()` too.
"""
OTHER_NAMES = """Other names are custom events of yours: they may come from all of these places, [scripts](pages.md#from-javascript) only if
they are in `COLLECT_EVENTS`.
"""
FIELDS_OF = {
    Event: "What happened: `capi_tracking.events.Event`, for `track()`. What can't be right at Meta raises `InvalidEvent`.",
    CustomData: "`CustomData`, what it was worth. Money is Decimal, int, float, text with a decimal point, or an object with `amount`.",
    Content: "`Content`, one article of `contents`.",
}
TITLES = {CustomData: "Custom data"}
USER_DATA = """## User data

`UserData.of()` takes plain values, or lists of up to ten where they are hashed, and [brings them into Meta's form](normalization.md).
What can't be brought into it is left out and noted.
"""
SOURCES = """## Where it happens

The words of `action_source`. What is older than its days is not sent.
"""


def text() -> str:
    return "\n".join(
        [INTRODUCTION, *_standard(), OTHER_NAMES, *_values(), USER_DATA, *_user_data(), SOURCES, *_sources()]
    )


def _standard() -> Iterator[str]:
    described = ((StandardEvent[member.name], member.meaning) for member in members(StandardEvent))
    rows = ((f"`{event}`", meaning, _of_pages(event), _of_orders(event)) for event, meaning in described)
    return table(("Event", "Parameters", "From your pages", "From your data"), rows)


def _of_pages(event: StandardEvent) -> str:
    if event in islands.ELSEWHERE:
        return "`{% pixel_purchase %}`" if event == StandardEvent.PURCHASE else "`{% pixel_head %}`"
    if event in CONFIRMED:
        return "`track_request`, [where it has succeeded](pages.md#from-views)"
    return "any"


class _Sale(OrderAdapter):
    """An order that tells all it can, but for its trial."""

    is_purchase = is_subscription = staticmethod(lambda order: True)


class _Trial(OrderAdapter):
    is_trial = staticmethod(lambda order: True)


def _of_orders(event: StandardEvent) -> str:
    if any(event == told.name for adapter in (_Sale(), _Trial()) for told in adapter.events(None)):
        return "[an order's adapter](orders.md)"
    return f'[`@register(..., event="{event}")`](orders.md#leads)' if event != StandardEvent.PAGE_VIEW else ""


def _values() -> Iterator[str]:
    for value, introduction in FIELDS_OF.items():
        yield f"## {TITLES.get(value, value.__name__)}\n\n{introduction}\n"
        yield from table(("Field", "Meaning"), ((f"`{field.name}`", field.meaning) for field in members(value)))


def _user_data() -> Iterator[str]:
    known = get_type_hints(PlainUserData)
    rows = (
        (
            f"`{field.name}`",
            f"`{FIELDS[field.name]}`",
            "hash" if FIELDS[field.name] in HASHED else "plain",
            field.meaning,
        )
        for field in members(PlainUserData)
        if field.name in known
    )
    return table(("Field", "Meta's name", "Leaves as", "Meaning"), rows)


def _sources() -> Iterator[str]:
    described = ((ActionSource[member.name], member.meaning) for member in members(ActionSource))
    rows = ((f"`{source}`", f"{_days(source)} days", meaning) for source, meaning in described)
    return table(("Word", "At most", "Meaning"), rows)


def _days(source: ActionSource) -> int:
    return (MAX_AGE_STORE if source == ActionSource.PHYSICAL_STORE else MAX_AGE).days
