"""What a finding is made of."""

from dataclasses import dataclass
from typing import Any

from django.core import checks

LEVELS = {"E": checks.Error, "W": checks.Warning, "I": checks.Info}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that can be wrong. ``message`` and ``hint`` take their values by %; the id's letter is the level."""

    id: str
    when: str
    message: str
    hint: str

    def __call__(self, **values: Any) -> checks.CheckMessage:
        """The finding about these values."""
        return LEVELS[self.id[0]](self.message % values, hint=self.hint % values, id=f"capi_tracking.{self.id}")
