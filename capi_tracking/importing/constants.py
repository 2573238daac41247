"""What was said for all lines, tried once on an event that is right otherwise, not anew with each of a million lines."""

from datetime import UTC, datetime
from typing import Any

from ..exceptions import InvalidEvent
from ..ingestion import Terms
from ..ingestion.items import told
from .doubts import CannotBegin
from .fields import Field
from .items import Writer, put
from .layout import Layout


def try_constants(layout: Layout, terms: Terms) -> None:
    """Raises :class:`CannotBegin` for a value that no event can have. What only some events lack, each line tells."""
    constants, item = _read(layout), _sound_item()
    for found, value in constants:
        put(item, found.place, value)
    try:
        notes = told(item, terms).event.user_data.notes
    except InvalidEvent as error:
        names = {".".join(found.place): found.name for found, _ in constants}
        if error.field not in names:
            return
        raise CannotBegin(f"--set {names[error.field]}{str(error).removeprefix(error.field)}") from None
    if notes:  # of nothing else than these values
        raise CannotBegin(f"--set {', '.join(notes)}")


def _read(layout: Layout) -> list[tuple[Field, Any]]:
    try:
        return Writer(layout).constants
    except InvalidEvent as error:
        raise CannotBegin(f"--set {error}") from None


def _sound_item() -> dict[str, Any]:
    return {
        "event_name": "Lead",
        "event_id": "nobody",
        "event_time": datetime.now(UTC),
        "action_source": "physical_store",  # whose events may be the oldest
        "user_data": {"external_id": "nobody"},
        "custom_data": {"value": "1", "currency": "EUR"},
    }
