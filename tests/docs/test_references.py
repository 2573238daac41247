import re
from dataclasses import fields

import pytest

from capi_tracking.events import CustomData, StandardEvent

from .references import REFERENCES, is_stale
from .references.reading import members


@pytest.mark.parametrize("name", REFERENCES)
def test_reference__is_what_the_code_says(name):
    assert not is_stale(name), "write it again: python -m tests.docs"


def test_standard_events__name_parameters_that_there_are():
    named = {word for event in members(StandardEvent) for word in re.findall(r"`(\w+)`", event.meaning)}
    assert named < {field.name for field in fields(CustomData)}


def test_members__tell_what_is_written_beside_each():
    class Kite:
        # In the air
        height: int = 2_000
        """How high,
        in metres."""
        # On the ground
        weight: float
        """How heavy."""

    assert list(members(Kite)) == [
        ("height", "2_000", "How high, in metres.", "In the air"),
        ("weight", "", "How heavy.", "On the ground"),
    ]


def test_members__one_that_nobody_describes_is_an_error():
    class Kite:
        height: int = 2

    with pytest.raises(LookupError, match=r"Kite\.height"):
        list(members(Kite))
