"""The values that the coach answers with. Plain texts, no HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..metrics import MatchKey, Share


class Kind(StrEnum):
    """Where a key would come from."""

    FIELD = "field"  # the shop has it, the adapter does not use it
    FORM = "form"  # nobody asks the buyer
    VALUE = "value"  # it was given, and could not be used
    SETTING = "setting"
    PAGE = "page"  # a tag, the middleware
    CONSENT = "consent"
    NOTHING = "nothing"  # as it should be


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """``text``: a sentence for people. ``code``: what to type, where there is something to."""

    kind: Kind
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One key that lacks. ``points``: how much higher the mean score would be, in percent points, if all events had it.

    ``share`` is of events that carry it now; ``refused`` of those that lack it were given one that could not be used.
    """

    key: MatchKey
    points: float
    share: Share
    refused: int
    remedies: tuple[Remedy, ...]

    @property
    def can_be_mended(self) -> bool:
        return any(remedy.kind != Kind.NOTHING for remedy in self.remedies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Keys that the same remedies would give. ``points``: what all of them would add."""

    advice: tuple[Advice, ...]
    remedies: tuple[Remedy, ...]
    points: float


def steps(advice: Iterable[Advice]) -> tuple[Step, ...]:
    """The one that would add most is first."""
    found: dict[tuple[Remedy, ...], list[Advice]] = {}
    for each in advice:
        found.setdefault(each.remedies, []).append(each)
    made = (
        Step(advice=tuple(group), remedies=remedies, points=round(sum(each.points for each in group), 1))
        for remedies, group in found.items()
    )
    return tuple(sorted(made, key=lambda step: -step.points))
