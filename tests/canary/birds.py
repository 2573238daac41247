"""What must be found nowhere: secrets of the shop, and plain data of a customer."""

import secrets
from typing import Any
from urllib.parse import quote

TOKEN = f"EAA{secrets.token_hex(20)}"
APP_SECRET = secrets.token_hex(16)
EMAIL = f"canary{secrets.token_hex(4)}@birds.example"
PHONE = f"+49171{secrets.randbelow(9_000_000) + 1_000_000}"
FIRST, LAST = f"Canarina{secrets.token_hex(3)}", f"Birdwhistle{secrets.token_hex(3)}"
STREET, CITY = f"{secrets.token_hex(4)} Lane", f"Aviary{secrets.token_hex(3)}"

OF_THE_CUSTOMER = {"email": EMAIL, "phone": PHONE, "first_name": FIRST, "last_name": LAST, "city": CITY}
ALL = {"token": TOKEN, "app secret": APP_SECRET, "street": STREET, **OF_THE_CUSTOMER}


def found(text: Any) -> list[str]:
    """The names of the birds that are in the text, in whatever spelling, written plainly or quoted."""
    lowered = str(text).lower()
    return [name for name, bird in ALL.items() if any(each in lowered for each in _spellings(bird))]


def _spellings(bird: str) -> set[str]:
    small = bird.lower()
    return {small, quote(small, safe=""), small.lstrip("+"), small.replace("@", "\\u0040")}
