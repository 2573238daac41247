"""What needs action in the outboxes that the pages do not show: numbers are of the first, the action list is of all."""

from collections.abc import Iterator

from django.contrib import messages
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ... import alerts, metrics
from ...conf import conf

Elsewhere = tuple[tuple[str, metrics.Problem], ...]


def elsewhere(request: HttpRequest) -> Elsewhere:
    """Alias and trouble, of all pixels in the usual period; a database that is down is a warning on the page."""
    return tuple(_found(request))


def _found(request: HttpRequest) -> Iterator[tuple[str, metrics.Problem]]:
    for using in conf.OUTBOX_DATABASES[1:]:
        try:
            yield from ((using, problem) for problem in alerts.standing(using))
        except (DatabaseError, InterfaceError):
            told = _("The database “%s” does not answer: nothing of it is on the list.") % using
            messages.warning(request, told)
