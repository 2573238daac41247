"""What one event lacks, and what would have given it."""

from .. import readiness
from ..metrics import MatchKey, Share
from ..models import OutboxEvent
from .advice import Advice
from .remedies import known, remedies
from .surroundings import Surroundings
from .tellers import Teller, tellers


def for_event(event: OutboxEvent) -> tuple[Advice, ...]:
    """The keys that it lacks, the most helpful first; none of an event that is older than the columns, or tells nothing.

    No query.
    """
    if event.key_bits is None:
        return ()
    present, weighed = readiness.keys_of(event.key_bits), readiness.weights()
    refused = readiness.keys_of(event.refused_bits or 0)
    return tuple(
        Advice(
            key=MatchKey(key),
            points=round(100 * weighed[key] / sum(weighed.values()), 1),
            share=Share(0, 1),
            refused=int(key in refused),
            remedies=remedies(
                key,
                event.event_name,
                reasons=_reasons(event, key) if key in refused else [],
                told_by=_told_by(event),
                around=_around(event, present),
                pixels=known(event.pixel),
            ),
        )
        for key in readiness.missing(present)
    )


def _reasons(event: OutboxEvent, key: str) -> list[str]:
    noted = (note.partition(": ") for note in event.notes.split("; "))
    return [reason for of, _, reason in noted if of == key]


def _told_by(event: OutboxEvent) -> list[Teller]:
    if not event.order_key:
        return []
    return [teller for teller in tellers(event.event_name) if teller.told(event.order_key)]


def _around(event: OutboxEvent, present: tuple[str, ...]) -> Surroundings:
    """Whether pages tell of themselves, one event can't know."""
    has_agents = "client_user_agent" in present
    return Surroundings(is_of_orders=bool(event.order_key), has_pages=True, has_agents=has_agents)
