"""Under which consent an item goes: its own, else the policy of who sends it, else none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from ..consent import Consent, ConsentState
from ..exceptions import InvalidEvent
from ..models import Withdrawal
from ..tracking import Told
from .moments import moment
from .people import PersonKeys, keys_of
from .refusals import known
from .terms import Terms

KEYS = frozenset({"state", "policy", "source", "at"})
STATES = frozenset(ConsentState.values)
WITHDRAWN = "withdrawn"
MAY_GO = frozenset({ConsentState.GRANTED.value, ConsentState.LIMITED.value})
MAX_TEXT = 64


def consent_of(given: object, terms: Terms) -> Consent:
    """Raises ``InvalidEvent`` for what is no consent: nothing unclear passes for a grant."""
    if given is None:
        state = ConsentState.GRANTED if terms.policy else ConsentState.UNKNOWN
        return Consent(state, policy=terms.policy, source=str(terms.source))
    said = known("consent", given, KEYS)
    if not isinstance(said.get("state"), str) or said["state"] not in STATES:
        raise InvalidEvent("consent.state", f"must be one of {', '.join(ConsentState.values)}")
    return Consent(
        said["state"],
        policy=_text("policy", said.get("policy")),
        source=_text("source", said.get("source")) or str(terms.source),
        at=_at(said.get("at")),
    )


def unless_withdrawn(told: Sequence[Told], using: str) -> list[Told]:
    """Whoever took consent back is not told of, unless they gave it anew since. One SELECT for each kind of key.

    A policy names no time at which this very person agreed, so it never stands against their own word.
    """
    keys = {id(each): keys_of(each.event.user_data) for each in told if each.consent.state in MAY_GO}
    found = Withdrawal.objects.using(using).latest_among([key for some in keys.values() for key in some])
    return [_tightened(each, _latest(keys.get(id(each), []), found)) for each in told] if found else list(told)


def _latest(keys: PersonKeys, found: dict[tuple[str, str], datetime]) -> datetime | None:
    return max((found[key] for key in keys if key in found), default=None)


def _tightened(told: Told, withdrawn_at: datetime | None) -> Told:
    if withdrawn_at is None or (told.consent.at and told.consent.at > withdrawn_at):
        return told
    denied = Consent(ConsentState.DENIED, policy=told.consent.policy, source=WITHDRAWN, at=withdrawn_at)
    return replace(told, consent=denied)


def _text(name: str, given: object) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > MAX_TEXT or not given.isprintable():
        raise InvalidEvent(f"consent.{name}", f"must be printable text of at most {MAX_TEXT} characters")
    return given.strip()


def _at(given: object) -> datetime | None:
    """A sender's clock may not write our proof into the future."""
    return None if given is None else min(moment("consent.at", given), timezone.now())
