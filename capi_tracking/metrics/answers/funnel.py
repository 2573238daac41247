"""How many visitors came how far: visitor-days, of those who consented."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...conf import conf
from ..counting.figures import Figures, Kind
from ..values import Share

STEPS = {
    "purchases": ("PageView", "ViewContent", "AddToCart", "InitiateCheckout", "Purchase"),
    "leads": ("PageView", "ViewContent", "Contact", "Lead"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``visitors``: each once a day. ``share``: of those of the step before; ``of_first``: of those of the first."""

    event_name: str
    visitors: int
    share: Share
    of_first: Share


def steps() -> tuple[str, ...]:
    """The setting's, else those that belong to the shop's objective."""
    return tuple(conf.FUNNEL) or STEPS.get(conf.OBJECTIVE, STEPS["purchases"])


def funnel(figures: Figures, names: Iterable[str]) -> tuple[Step, ...]:
    tallies = figures.of(Kind.VISITORS)
    found: list[Step] = []
    for name in names:
        visitors = sum(tally.count for tally in tallies if tally.event_name == name)
        before, first = (found[-1].visitors, found[0].visitors) if found else (visitors, visitors)
        step = Step(event_name=name, visitors=visitors, share=Share(visitors, before), of_first=Share(visitors, first))
        found.append(step)
    return tuple(found)
