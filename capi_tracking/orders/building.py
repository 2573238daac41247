"""What Meta gets of a sale, and the consent under which it goes."""

from datetime import datetime
from typing import Any, NamedTuple

from .. import normalization
from ..consent import Consent, ConsentState, limited
from ..events import Event, UserData
from ..logs import Plain
from ..minimisation import clean_url
from ..models import CheckoutContext
from . import checkout, decisions, excluding
from .adapters import customers
from .sales import Sale

LIMITS = ("data_processing_options", "data_processing_options_country", "data_processing_options_state")


class Built(NamedTuple):
    """``excluded``: why the shop does not want it told, or ""."""

    event: Event
    consent: Consent
    excluded: str

    @property
    def limits(self) -> dict[str, Any]:
        """How far its data may be used: the same for what follows from it."""
        return {name: value for name in LIMITS if (value := getattr(self.event, name)) is not None}


def build(sale: Sale, when: datetime, event_id: str) -> Built:
    """The sale's event and the consent under which it goes."""
    order, adapter = sale.order, sale.adapter
    seen = checkout.recall(sale.context_key, using=sale.outbox)
    known = Plain((name, value) for name, value in adapter.user_data(order).items() if value not in (None, ""))
    consent = decisions.decide(sale, seen, known, when=when)
    event = Event(
        name=sale.name,
        event_id=event_id,
        event_time=when,
        action_source=sale.action_source,
        event_source_url=(seen.url if seen else "") or clean_url(adapter.source_url(order)),
        referrer_url=seen.referrer if seen else "",
        user_data=UserData.of(**_whole(known, seen, consent)),
        custom_data=sale.custom_data,
        customer_segmentation=customers.segment(adapter.customer_type(order), type(adapter)),
        **_processing(consent, known),
    )
    return Built(event, consent, excluding.reason(sale, seen, known, consent))


def _whole(known: dict[str, Any], seen: CheckoutContext | None, consent: Consent) -> dict[str, Any]:
    """The buyer as Meta may see them."""
    if decisions.is_without_browser(consent):
        return Plain((name, value) for name, value in known.items() if name not in decisions.OF_THE_BROWSER)
    return Plain(_browser(seen), **known)


def _browser(seen: CheckoutContext | None) -> dict[str, str]:
    if seen is None:
        return {}
    return {
        "fbp": seen.fbp,
        "fbc": seen.fbc,
        "client_ip_address": seen.client_ip or "",
        "client_user_agent": seen.user_agent,
    }


def _processing(consent: Consent, customer: dict[str, Any]) -> dict[str, Any]:
    if consent.state != ConsentState.LIMITED:
        return {}
    country = normalization.country(str(customer.get("country") or ""))
    return limited.options(country, normalization.state(str(customer.get("state") or ""), country))
