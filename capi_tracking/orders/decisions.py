"""Under which consent an order goes: the checkout's, the shop's own, the last one of a renewal's buyer, or a region's rule."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from .. import consent as consents
from .. import normalization
from ..conf import conf
from ..consent import Consent, ConsentState
from ..events import ActionSource, UserData
from ..keyed_hashes import identity_keys
from ..models import CheckoutContext, OutboxEvent, PersonKey, Withdrawal
from . import checkout
from .sales import Sale

OPT_OUT = "opt_out_region"
WITHDRAWN = "withdrawn"
LAST = "last_decision"
OF_THE_BROWSER = ("fbp", "fbc", "client_ip_address", "client_user_agent")

Keys = dict[str, list[str]]  # of a person, by their kinds: now and under each fallback of the secret
Customer = dict[str, Any]


def decide(sale: Sale, seen: CheckoutContext | None, customer: Customer, *, when: datetime) -> Consent:
    """The consent under which this order's event goes, and where it comes from."""
    said, using = sale.adapter.consent(sale.order), sale.outbox
    if said is not None:
        found = _unless_withdrawn(said, keys_of(customer), said.at or when, using)
    elif sale.action_source == ActionSource.SYSTEM_GENERATED:
        return _of_renewal(seen, customer, using)
    else:
        found = _tightened(checkout.consent_in(seen))
    return _of_region(found, customer, using) if found.state == ConsentState.UNKNOWN else found


def is_without_browser(consent: Consent) -> bool:
    """Whether nothing of the browser goes: nobody there has agreed to it."""
    return consent.policy == OPT_OUT


def keys_of(customer: Customer) -> Keys:
    """By which the buyer's other rows are found."""
    known = UserData.of(**{name: customer[name] for name in ("email", "external_id") if customer.get(name)})
    found = {
        PersonKey.EXTERNAL.value: identity_keys("external_id", known.external_id[0] if known.external_id else ""),
        PersonKey.EMAIL.value: identity_keys("em", known.em[0] if known.em else ""),
    }
    return {kind: keys for kind, keys in found.items() if keys}


def _tightened(consent: Consent) -> Consent:
    """A buyer who refuses by now is not sent, whatever was said at checkout."""
    request = checkout.visitor_request()
    if request is None:
        return consent
    now = checkout.consent_of(request)
    if now.state == ConsentState.UNKNOWN:
        is_told_so = consent.state == ConsentState.UNKNOWN and now.source == consents.GPC
        return now if is_told_so else consent
    return now if now.is_stricter_than(consent) else consent


def _of_renewal(seen: CheckoutContext | None, customer: Customer, using: str) -> Consent:
    """Nobody is there to ask: what the same person said last counts, in this order's own checkout or in an earlier one's."""
    own = _tightened(checkout.consent_in(seen))
    if own.state != ConsentState.UNKNOWN:
        return own
    return last_of(keys_of(customer), using) or Consent(source="no_decision")


def last_of(keys: Keys, using: str) -> Consent | None:
    """The person's last decision, by the customer's id, else by the e-mail address; None if there is none."""
    found = next((each for kind, some in keys.items() if (each := _last_row(kind, some, using))), None)
    withdrawn_at = _withdrawn_at(keys, using)
    if withdrawn_at is None or (found and found.at and found.at > withdrawn_at):
        return found
    return Consent(ConsentState.DENIED, policy=found.policy if found else "", source=WITHDRAWN, at=withdrawn_at)


def _last_row(kind: str, some: list[str], using: str) -> Consent | None:
    rows = OutboxEvent.objects.using(using).filter(**{f"{kind}_key__in": some}, consent_at__isnull=False)
    rows = rows.exclude(consent_state=ConsentState.UNKNOWN).exclude(consent_policy=OPT_OUT)
    latest = rows.order_by("-consent_at", "-id").values_list("consent_state", "consent_policy", "consent_at").first()
    return Consent(latest[0], policy=latest[1], source=LAST, at=latest[2]) if latest else None


def _unless_withdrawn(said: Consent, keys: Keys, at: datetime, using: str) -> Consent:
    """The shop's word of a time before the person took it back counts no more."""
    if said.state not in checkout.MAY_BE_KEPT:
        return said
    withdrawn_at = _withdrawn_at(keys, using)
    if withdrawn_at is None or withdrawn_at < at:
        return said
    return replace(said, state=ConsentState.DENIED, source=WITHDRAWN, at=withdrawn_at)


def _withdrawn_at(keys: Keys, using: str) -> datetime | None:
    pairs = [(kind, key) for kind, some in keys.items() for key in some]
    return Withdrawal.objects.using(using).latest_of(pairs)


def _of_region(unknown: Consent, customer: Customer, using: str) -> Consent:
    """No answer is no refusal there, unless the browser has said by itself, or the person earlier, not to."""
    if unknown.source == consents.GPC or not _may_opt_out(customer):
        return unknown
    last = last_of(keys_of(customer), using)
    if last is not None and last.state == ConsentState.DENIED:
        return last
    return Consent(ConsentState.GRANTED, policy=OPT_OUT, source=OPT_OUT)


def _may_opt_out(customer: Customer) -> bool:
    regions = conf.OPT_OUT_REGIONS
    if not regions:
        return False
    country = normalization.country(str(customer.get("country") or ""))
    state = normalization.state(str(customer.get("state") or ""), country)
    return bool(country) and not {country.upper(), f"{country}-{state}".upper()}.isdisjoint(regions)
