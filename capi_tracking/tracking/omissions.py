"""Counts of what was left out of custom data, so that staff can mend the page or the adapter that put it there."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone

from ..conf import conf
from ..minimisation import LeftOut
from ..models import Omission
from ..models.omission import Place
from ..shield import shielded
from .judging import Judged

_told: set[Place] = set()


def count_omissions(found: Iterable[Judged], *, using: str | None = None) -> None:
    """Count what was left out of these rows: after the commit, since all checkouts would wait for one count's row."""
    counts = Counter(
        _place(each.row.pixel, each.row.event_name, left_out) for each in found for left_out in each.left_out
    )
    _count_after_commit(counts, using)


def tell_of_page(pixels: Sequence[str], event_name: str, left_out: Sequence[LeftOut]) -> None:
    """A page's data held it. That is written once a day by each process: pages are read too often to be counted."""
    counts = Counter(_place(pixel, event_name, each) for pixel in pixels for each in left_out)
    fresh = Counter({place: 1 for place in counts if place not in _told})
    if any(place[0] != timezone.localdate() for place in _told):
        _told.clear()
    _told.update(fresh)
    _count_after_commit(fresh, None)


def _count_after_commit(counts: Counter[Place], using: str | None) -> None:
    if counts and conf.ENABLED:
        database = using or conf.OUTBOX_DATABASES[0]
        transaction.on_commit(partial(_add, counts, database), using=database, robust=True)


def _add(counts: Counter[Place], using: str) -> None:
    with shielded(using, alone=True):
        Omission.objects.using(using).add_all(counts)


def _place(pixel: str, event_name: str, left_out: LeftOut) -> Place:
    """Without the name of a parameter of the shop's own: in a beacon anybody may make one up."""
    return timezone.localdate(), pixel, event_name, left_out.parameter, left_out.kind
