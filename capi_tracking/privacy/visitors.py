"""Whoever speaks by a request takes consent back: their browser's events, and those of who is logged in."""

from datetime import datetime
from typing import TYPE_CHECKING

from .. import consent as consents
from .. import context, normalization
from ..conf import conf
from ..consent import ConsentState
from ..models import Withdrawal
from ..visitors import people
from .persons import Person
from .withdrawing import Withdrawn, withdraw

if TYPE_CHECKING:
    from django.http import HttpRequest


def withdraw_visitor(request: "HttpRequest", *, fbp: str = "", at: datetime | None = None) -> Withdrawn:
    """Take consent back in each database of the outbox. ``fbp``: what the browser's cookie held, if it is gone by now."""
    person = _person(request, fbp)
    return sum((withdraw(person, using=using, at=at) for using in conf.OUTBOX_DATABASES), Withdrawn())


def heed(request: "HttpRequest", *, using: str) -> None:
    """Where the visitor's cookie says denied, what the same person granted before is taken back, once."""
    decision = consents.from_cookie(context.cookie(request, consents.COOKIE))
    if decision.state != ConsentState.DENIED or decision.at is None:
        return
    person = _person(request)
    if person and not Withdrawal.objects.using(using).is_noted(person.keys, decision.at):
        withdraw(person, using=using, at=decision.at)


def _person(request: "HttpRequest", fbp: str = "") -> Person:
    """An account's own e-mail and id; its phone is the same person's, and adds nothing."""
    known = people.plain(request)
    plain = {name: known[name] for name in ("email", "external_id") if name in known}
    browsers = {normalization.fbp(said) for said in (fbp, context.cookie(request, "_fbp"))}
    return Person.of(fbp=browsers, **plain)
