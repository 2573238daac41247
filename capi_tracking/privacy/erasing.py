"""Somebody asks to be forgotten: their keys and data go from all tables, what was sold stays."""

from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ..models import CheckoutContext, Erasure, OutboxEvent, Withdrawal
from ..models.checkout import NOBODY
from ..models.database.parts import in_parts
from ..models.database.slices import to_the_end
from ..models.states import WITHDRAWABLE
from .persons import Person, browsers_of, contexts_of, events_of, named, receipts_of, seen_in

ERASED = "erased"
ROUNDS = 10  # of a person who goes on being tracked meanwhile


@dataclass(slots=True)
class Erased:
    """How many rows led to the person; ``cancelled`` of the events were not sent yet, and never will be."""

    events: int = 0
    cancelled: int = 0
    contexts: int = 0
    receipts: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def __bool__(self) -> bool:
        return self != Erased()

    def __str__(self) -> str:
        return (
            f"{self.events} events ({self.cancelled} of them not sent yet), {self.contexts} checkout contexts, "
            f"{self.receipts} browser receipts"
        )


def erasable(person: Person, *, using: str) -> Erased:
    """What :func:`erase` would find there. Changes nothing."""
    browsers = browsers_of(person, using)
    found = sum((_counted(rows) for rows in events_of(person, browsers, using)), Erased())
    found.contexts = len({key for some in contexts_of(person, browsers, using) for key in _kept(some)})
    found.receipts = sum(receipts_of(person, part, using).count() for part in in_parts(browsers))
    return found


def erase(person: Person, *, using: str, by: str) -> Erased:
    """Take the person out of all tables of that database; a second run goes on where a first one was stopped.

    What is not sent never is. Event, time, value and currency stay, the shop's own order number too, by which no order
    is sent twice. That this person wants none of it is kept, as a :class:`Withdrawal`, and that it was done, as an
    :class:`Erasure`. ``by``: who did it, never the person.
    """
    browsers = browsers_of(person, using)
    _refuse(person, using)
    done = Erased()
    for part in in_parts(browsers):  # what leads to these goes last
        done.receipts += to_the_end(receipts_of(person, part, using).unname)  # type: ignore[attr-defined]
        done += _erase_events(seen_in(part, using))
    for contexts in contexts_of(person, browsers, using):
        done.contexts += _erase_contexts(contexts)
    done += _erase_events(named(person, using))
    Erasure.objects.using(using).create(done_by=by[:150], kinds=" ".join(person.kinds), **asdict(done))
    return done


def _refuse(person: Person, using: str) -> None:
    """Noted first: whatever is recorded meanwhile, no order of this person is sent."""
    Withdrawal.objects.using(using).note(person.keys, at=timezone.now(), reason=ERASED)


def _erase_events(rows: QuerySet[OutboxEvent]) -> Erased:
    done = Erased()
    for _ in range(ROUNDS):
        done.cancelled += to_the_end(partial(rows.revoke, ERASED))  # type: ignore[attr-defined]
        to_the_end(rows.strip)  # type: ignore[attr-defined]
        gone = to_the_end(rows.unname)  # type: ignore[attr-defined]
        done.events += gone
        if not gone:
            break
    return done


def _erase_contexts(contexts: QuerySet[CheckoutContext]) -> int:
    pks = list(contexts.values_list("pk", flat=True))
    these = CheckoutContext.objects.using(contexts.db)
    now, told = timezone.now(), len(_kept(contexts))
    for part in in_parts(pks):
        to_the_end(partial(these.filter(pk__in=part).revoke, now))
        these.filter(pk__in=part).update(**NOBODY)
    return told


def _kept(contexts: QuerySet[CheckoutContext]) -> list[Any]:
    """Those that hold more than a decision."""
    return list(contexts.exclude(**NOBODY).values_list("key", flat=True))


def _counted(rows: QuerySet[OutboxEvent]) -> Erased:
    return Erased(events=rows.count(), cancelled=rows.filter(status__in=WITHDRAWABLE).count())
