"""One decision about consent, as a value."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

GPC = "gpc"


class ConsentState(TextChoices):
    GRANTED = "granted", _("granted")
    LIMITED = "limited", _("limited")
    DENIED = "denied", _("denied")
    UNKNOWN = "unknown", _("unknown")


_STRICTNESS = {ConsentState.GRANTED: 0, ConsentState.LIMITED: 1, ConsentState.UNKNOWN: 2, ConsentState.DENIED: 3}


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision and its proof. ``at`` is when the visitor decided, aware, or None.

    Raises ValueError for a state that is none of the four, which could pass for a grant.
    """

    state: str = ConsentState.UNKNOWN
    policy: str = ""
    source: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", ConsentState(self.state))

    def tightened(self, state: str, source: str) -> "Consent":
        """The stricter of the two; a looser state changes nothing."""
        tight = replace(self, state=ConsentState(state), source=source)
        return tight if tight.is_stricter_than(self) else self

    def is_stricter_than(self, other: "Consent") -> bool:
        return _STRICTNESS[ConsentState(self.state)] > _STRICTNESS[ConsentState(other.state)]

    def limited_by_gpc(self) -> "Consent":
        """Global Privacy Control only tightens: granted becomes limited. Who said nothing has said this much."""
        if self.state == ConsentState.UNKNOWN:
            return replace(self, source=GPC)
        return self.tightened(ConsentState.LIMITED, GPC)


def vouched() -> Consent:
    """What a hand-written call without a consent means: the caller answers for it."""
    return Consent(ConsentState.GRANTED, policy="caller", source="caller", at=timezone.now())
