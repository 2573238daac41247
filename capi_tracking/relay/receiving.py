"""From a request to rows: at most two INSERTs in one transaction, and no word back."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connections
from django.http import HttpRequest
from django.utils import timezone

from .. import privacy, tracking
from ..consent import ConsentState, limited
from ..events import Event
from ..models import PageReport, Source
from ..shield import shielded
from ..tracking import Receipt
from ..visitors import exclusions
from . import rates, receipts, reports, tokens
from .bodies import Beacon, read, text
from .claims import claim
from .domains import cookie_domain
from .sender import Sender
from .welcome import foreign_origin, is_welcome


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser is told. ``domain``: where its cookies are renewed, None for nowhere; ``is_off``: fire no more,
    None for nothing: cookies of ours do not reach another origin. ``limited``: Meta's codes if Limited Data Use is on offer
    (``1.1000``), ``0`` if it is not, "" where nobody asks.
    """

    domain: str | None = None
    is_off: bool | None = None
    limited: str = ""


def receive(request: HttpRequest) -> Answer | None:
    """Take what the beacon brings. None if it is not one of ours, or its visitor did not grant it.

    Where the shop itself takes a grant back, the browser is told, which knows the visitor's word alone.
    """
    sent = _heard(request)
    if sent is None:
        return None
    beacon, sender = sent
    _forget(sender, beacon)
    if not rates.is_within_day(request, sender.seen.fbp, beacon.size):
        return None
    events = sender.events(filter(None, map(claim, beacon.events)))
    if reason := exclusions.reason(request):
        _skip(sender, events, reason)
        knows_it = sender.origin or reason == exclusions.BOT  # capi.js has the list of robots itself
        return Answer(is_off=None if knows_it else True)
    if sender.is_on_sensitive_page:
        _skip(sender, events, "sensitive_page")
        return Answer()
    _take(sender, events, receipts.told(beacon.receipts, sender.seen.visitor_key or ""))
    offered = limited.code_for(request) if sender.is_limited else ""
    if not sender.may_tell:
        is_off = True if sender.is_withheld else None
        return Answer(is_off=is_off, limited=offered) if is_off or offered else None
    _report(sender, beacon)
    if sender.origin:
        return Answer()
    # The browser's copies of this beacon are out already. From the next page on neither side fires.
    is_off = exclusions.is_suspect(request) or sender.is_minor
    return Answer(domain=cookie_domain(request, beacon), is_off=is_off, limited=offered)


def _forget(sender: Sender, beacon: Beacon) -> None:
    """What the visitor takes back, whatever the consent is by now; another origin's page can't speak for ours."""
    if beacon.withdrawn is None or sender.origin:
        return
    refused = sender.consent.at if sender.consent.state == ConsentState.DENIED else None
    with shielded(sender.using):
        privacy.withdraw_visitor(sender.request, fbp=text(beacon.withdrawn.get("fbp")), at=refused)


def _heard(request: HttpRequest) -> tuple[Beacon, Sender] | None:
    """The beacon and who sent it, if it may speak."""
    if not (is_welcome(request) and rates.is_within_rate(request)):
        return None
    beacon, origin = read(request), foreign_origin(request)
    if beacon is None or (origin and not tokens.is_valid(beacon.token, origin)):
        return None
    sender = Sender(request, beacon, origin)
    return (beacon, sender) if rates.is_visitor_within_rate(sender.seen.fbp) else None


Events = Sequence[tuple[str, Event]]


def _skip(sender: Sender, events: Events, reason: str) -> None:
    with shielded(sender.using, alone=True):
        tracking.skip_all(events, reason, using=sender.using)


def _take(sender: Sender, events: Events, told: Sequence[Receipt]) -> None:
    """All at once. If the database refuses that, each for itself, so that what it refuses takes nothing else with it."""
    if not (events or told):
        return
    with shielded(sender.using, alone=not told) as outcome:
        _record(sender, events, told)
    if outcome.error and len(events) + len(told) > 1 and _still_answers(sender.using):
        for parts in [*(([event], ()) for event in events), *(((), [receipt]) for receipt in told)]:
            with shielded(sender.using):
                _record(sender, *parts)


def _record(sender: Sender, events: Events, told: Sequence[Receipt]) -> None:
    if events:
        tracking.track_all(events, using=sender.using, consent=sender.consent, source=Source.RELAY)
    if told and sender.may_tell:
        tracking.acknowledge_all(receipts.believed(told, using=sender.using), using=sender.using)


def _still_answers(using: str) -> bool:
    connection = connections[using]
    return connection.connection is not None and connection.is_usable()


def _report(sender: Sender, beacon: Beacon) -> None:
    counts = reports.counts(beacon, sender.page, sender.request.get_host())
    if counts:
        with shielded(sender.using):
            reported = PageReport.objects.using(sender.using)
            left = rates.fresh_reports_left(sender.request)
            rates.began_reports(sender.request, reported.add_all(timezone.localdate(), counts, at_most=left))
