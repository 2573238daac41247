"""Words that Meta knows of a customer and of a delivery. What is none is left out: it is no reason to lose a sale."""

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

from ...events import CustomerSegmentation, DeliveryCategory

logger = logging.getLogger("capi_tracking")

CUSTOMER = (
    "email",
    "phone",
    "first_name",
    "last_name",
    "date_of_birth",
    "gender",
    "city",
    "state",
    "postal_code",
    "country",
    "external_id",
)
_SEGMENTS: Mapping[str, str] = {
    **{word.value: word.value for word in CustomerSegmentation},
    "new": CustomerSegmentation.NEW_TO_BUSINESS.value,
    "returning": CustomerSegmentation.EXISTING_TO_BUSINESS.value,
}
_DELIVERIES: Mapping[str, str] = {word.value: word.value for word in DeliveryCategory}


def segment(given: Any, adapter: type) -> str:
    """Meta's word for a customer who is "new" or "returning"."""
    return _known(given, _SEGMENTS, adapter, "customer_type")


def delivery(given: Any, adapter: type) -> str:
    """Meta's word for the way of the goods."""
    return _known(given, _DELIVERIES, adapter, "delivery_category")


def _known(given: Any, words: Mapping[str, str], adapter: type, name: str) -> str:
    if given is None or given == "":
        return ""
    found = words.get(given, "") if isinstance(given, str) else ""
    if not found:
        _tell(adapter, name, ", ".join(words))
    return found


@cache
def _tell(adapter: type, name: str, words: str) -> None:
    """Once for each adapter, and without the word: it may be anything."""
    logger.warning(
        "%s.%s gives a word that Meta does not know; it is left out. There are: %s.", adapter.__name__, name, words
    )
