"""What would raise the match of all that happened in a period."""

from collections.abc import Sequence
from dataclasses import dataclass

from .. import metrics, readiness
from ..metrics import Asked, Carried, CarriedBy, Clicks, Repeated, Share, Window
from .advice import Advice, Step, steps
from .remedies import known, remedies
from .surroundings import Surroundings
from .tellers import tellers

PAGE_VIEW = "PageView"
SURELY = 2  # events that know their browser and not its address, for each that knows both


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAdvice:
    """``score``: the mean of what its keys weigh today, in percent. ``advice``: what can be mended first, then by points."""

    event_name: str
    count: int
    score: int
    keys: tuple[Carried, ...]
    advice: tuple[Advice, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """What can be mended, each remedy once with all keys that it would give; the one that gives most is first."""
        return steps(each for each in self.advice if each.can_be_mended)

    @property
    def as_it_should_be(self) -> tuple[Step, ...]:
        """The same of what lacks and is not to be mended."""
        return steps(each for each in self.advice if not each.can_be_mended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """Of a window: its events, the busiest first; clicks on ads; values that are on too many orders.

    ``window`` is what was read: the end of a longer one that holds too many events.
    """

    window: Window
    events: tuple[EventAdvice, ...]
    clicks: Clicks
    repeated: tuple[Repeated, ...]


def coach(window: Window, asked: Asked) -> Coached:
    """At most eight queries, of the newest events if there are very many."""
    window = metrics.newest(window, using=asked.using)
    found = metrics.carried(window, asked)
    has_pages = any(each.event_name == PAGE_VIEW for each in found)
    return Coached(
        window=window,
        events=tuple(_of_event(each, has_pages=has_pages, pixels=known(asked.pixel)) for each in found),
        clicks=metrics.clicks(window, using=asked.using, pixel=asked.pixel),
        repeated=metrics.repeated(window, using=asked.using, pixel=asked.pixel),
    )


def _of_event(event: CarriedBy, *, has_pages: bool, pixels: Sequence[str]) -> EventAdvice:
    total = sum(readiness.weights().values()) or 1
    lacking = [each for each in event.keys if each.share.part < each.share.whole]
    told_by = tuple(tellers(event.event_name))
    around = Surroundings(is_of_orders=bool(told_by), has_pages=has_pages, has_agents=_has_agents(event))
    advice = [
        Advice(
            key=each.key,
            points=round(100 * each.weight * _gap(each.share) / total, 1),
            share=each.share,
            refused=each.refused,
            remedies=remedies(
                each.key.name,
                event.event_name,
                reasons=each.reasons,
                told_by=told_by,
                around=around,
                pixels=pixels,
            ),
        )
        for each in lacking
    ]
    return EventAdvice(
        event_name=event.event_name,
        count=event.count,
        score=round(100 * sum(each.weight * (1 - _gap(each.share)) for each in event.keys) / total),
        keys=event.keys,
        advice=tuple(sorted(advice, key=lambda each: (not each.can_be_mended, -each.points))),
    )


def _gap(share: Share) -> float:
    """The part that lacks it."""
    return 1 - share.part / share.whole if share.whole else 0.0


def _has_agents(event: CarriedBy) -> bool:
    shares = {each.key.name: each.share.part for each in event.keys}
    return shares.get("client_user_agent", 0) > SURELY * shares.get("client_ip_address", 0)
