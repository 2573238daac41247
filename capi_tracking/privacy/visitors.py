"""Whoever speaks by a request takes consent back: their browser's events, and those of who is logged in."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .. import consent as consents
from .. import context, normalization, people
from ..conf import conf
from ..consent import ConsentState
from ..models import PersonKey, Withdrawal
from .persons import Person
from .withdrawing import Keys, Withdrawn, withdraw

if TYPE_CHECKING:
    from django.http import HttpRequest


def withdraw_visitor(request: "HttpRequest", *, fbp: str = "", at: datetime | None = None) -> Withdrawn:
    """Take consent back in each database of the outbox. ``fbp``: what the browser's cookie held, if it is gone by now."""
    keys = _keys(request, fbp)
    return sum((_withdraw(keys, using, at) for using in conf.OUTBOX_DATABASES), Withdrawn())


def heed(request: "HttpRequest", *, using: str) -> None:
    """Where the visitor's cookie says denied, what the same person granted before is taken back, once."""
    decision = consents.from_cookie(context.cookie(request, consents.COOKIE))
    if decision.state != ConsentState.DENIED or decision.at is None:
        return
    keys = _keys(request)
    if keys and not Withdrawal.objects.using(using).is_noted(keys, decision.at):
        _withdraw(keys, using, decision.at)


def _withdraw(keys: Keys, using: str, at: datetime | None) -> Withdrawn:
    named: dict[str, Any] = {f"{kind.value}_key": [key for each, key in keys if each == kind] for kind in PersonKey}
    return withdraw(using=using, at=at, **named)


def _keys(request: "HttpRequest", fbp: str = "") -> Keys:
    """An account's own e-mail and id; its phone is the same person's, and adds nothing."""
    known = people.plain(request)
    plain = {name: known[name] for name in ("email", "external_id") if name in known}
    keys: set[tuple[str, str]] = set()
    for value in {normalization.fbp(fbp), normalization.fbp(context.cookie(request, "_fbp"))}:
        keys |= _of(Person.of(fbp=value, **plain))
    return frozenset(keys)


def _of(person: Person) -> Keys:
    return frozenset((kind.value, key) for kind in PersonKey for key in getattr(person, kind.value))
