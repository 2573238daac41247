"""Customer data before and after: what capi_tracking makes of what was typed. Nothing is kept."""

from collections.abc import Mapping
from typing import Any

from capi_tracking import normalization
from capi_tracking.events import UserData

KEYS = {
    "email": "em",
    "phone": "ph",
    "first_name": "fn",
    "last_name": "ln",
    "city": "ct",
    "postal_code": "zp",
    "country": "country",
}
RULES = {
    "email": normalization.email,
    "first_name": normalization.name,
    "last_name": normalization.name,
    "city": normalization.city,
    "country": normalization.country,
}
RULES_BY_COUNTRY = {"phone": normalization.phone, "postal_code": normalization.postal_code}


def preview(typed: Mapping[str, str]) -> dict[str, Any]:
    """For each field Meta's name for it, the text that is hashed, the hash that Meta gets, or why it gets none."""
    country = country_of(typed)
    user_data = UserData.of(**typed)
    rows = [_row(name, text, country, user_data) for name, text in typed.items()]
    return {"country": country.upper(), "rows": rows}


def country_of(typed: Mapping[str, str]) -> str:
    """The country that phones and postal codes are read by: the one typed, else the shop's own."""
    return normalization.country(typed["country"]) if typed.get("country") else normalization.default_country()


def _row(name: str, text: str, country: str, user_data: UserData) -> dict[str, str]:
    key = KEYS[name]
    return {
        "field": name,
        "key": key,
        "normal": RULES[name](text) if name in RULES else RULES_BY_COUNTRY[name](text, country),
        "hash": next(iter(getattr(user_data, key)), ""),
        "note": next((note.partition(": ")[2] for note in user_data.notes if note.startswith(f"{key}: ")), ""),
    }
