"""What staff do to many rows at once: in little steps, and a bounded number of them in one go."""

from collections.abc import Callable, Mapping

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from ..database.slices import in_slices
from ..states import MAY_BE_CANCELLED, MAY_BE_RELEASED, MAY_BE_RETRIED
from .outbox import OutboxQuerySet

MOST_STEPS = 20  # of a thousand rows each


class ByHand(TextChoices):
    RETRY = "retry", _("Try again now")
    RELEASE = "release", _("Release: send what is held")
    CANCEL = "cancel", _("Cancel: never send")


MAY: Mapping[str, Q] = {
    ByHand.RETRY: MAY_BE_RETRIED,
    ByHand.RELEASE: MAY_BE_RELEASED,
    ByHand.CANCEL: MAY_BE_CANCELLED,
}
_VERBS: Mapping[str, Callable[[OutboxQuerySet], int]] = {
    ByHand.RETRY: OutboxQuerySet.retry,
    ByHand.RELEASE: OutboxQuerySet.release,
    ByHand.CANCEL: OutboxQuerySet.cancel,
}


def open_to(rows: OutboxQuerySet, verb: str) -> OutboxQuerySet:
    """Those of the rows that the verb would change."""
    return rows.filter(MAY[verb])


def carry_out(rows: OutboxQuerySet, verb: str) -> int:
    """Do it to up to 20,000 of the rows, each once; how many it were."""
    same, last = rows.model.objects.using(rows.db), 0

    def step(*, limit: int) -> int:
        nonlocal last
        ahead = open_to(rows, verb).filter(pk__gt=last).order_by("pk")
        pks = list(ahead.values_list("pk", flat=True)[:limit])
        last = pks[-1] if pks else last
        return _VERBS[verb](same.filter(pk__in=pks)) if pks else 0

    return in_slices(step, most=MOST_STEPS)
