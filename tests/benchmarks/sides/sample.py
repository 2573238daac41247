"""The event that everything is measured with: a Purchase, 8 hashed fields, 5 contents, about 1.57 kB of JSON.

Plain values, so that every side builds it in its own way. No two events are of the same person: a cache of hashes would
be measured otherwise.
"""

from decimal import Decimal
from typing import Any, NamedTuple

AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
CITIES = ("Berlin", "Hamburg", "Leipzig", "Dresden", "Bremen")
URL = "https://shop.example/checkout/thank-you?utm_source=facebook&utm_medium=cpc&utm_campaign=autumn&utm_content=kites&utm_term=beach"
CURRENCY = "EUR"
VALUE = Decimal("247.45")


class Sale(NamedTuple):
    """What a shop knows when it builds an event; made before the clock runs."""

    number: int
    person: dict[str, Any]
    browser: dict[str, str]
    lines: list[dict[str, Any]]


def sales(first: int, count: int, *, national: bool = False) -> list[Sale]:
    return [sale(number, national=national) for number in range(first, first + count)]


def sale(number: int, *, national: bool = False) -> Sale:
    return Sale(number, person(number, national=national), browser(number), lines(number))


def person(number: int, *, national: bool = False) -> dict[str, Any]:
    """By the names of ``UserData.of``."""
    return {
        "email": f"jo.kite.{number}@mail.example",
        "phone": f"0171 {number % 10_000_000:07d}" if national else f"+49171{number % 10_000_000:07d}",
        "first_name": f"Johanna{letters(number)}",
        "last_name": f"Windhover{letters(number + 7)}",
        "city": CITIES[number % len(CITIES)],
        "postal_code": f"{10_115 + number % 80_000}",
        "country": "DE",
        "external_id": f"customer-{number}",
    }


def browser(number: int) -> dict[str, str]:
    return {
        "client_ip_address": f"8.8.{number // 250 % 250}.{number % 250}",
        "client_user_agent": AGENT,
        "fbp": f"fb.1.1700000000000.{1_000_000_000 + number}",
        "fbc": f"fb.1.1700000000000.IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk{number}",
    }


def lines(number: int) -> list[dict[str, Any]]:
    return [
        {"id": f"kite-{number % 900 + part:05d}", "quantity": 1, "item_price": Decimal("49.49")} for part in range(5)
    ]


def letters(number: int) -> str:
    """A number as letters: digits are no part of a name."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
