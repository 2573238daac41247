"""Rules for single fields: each takes what a caller may write, gives what is stored, or raises ``InvalidEvent``."""

import re
from collections.abc import Container
from decimal import Decimal

from .. import normalization
from ..exceptions import InvalidEvent

MAX_TEXT = 1000
MAX_ID = 200
MAX_AMOUNT = Decimal(10) ** 15  # beyond it a JSON number loses cents

_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?").fullmatch
_ZERO = Decimal(0)


def amount(field: str, value: object, *, signed: bool = False) -> Decimal | None:
    """Money as ``Decimal``, from Decimal, int, float, or text with a decimal point; None and "" are none.

    Money objects (of py-moneyed, say) are taken by their ``amount``.
    """
    exact = value if type(value) is Decimal else _decimal(field, value)
    if exact is None:
        return None
    if exact.is_finite() and _ZERO <= exact < MAX_AMOUNT:
        return exact
    if not exact.is_finite() or not -MAX_AMOUNT < exact < MAX_AMOUNT:
        raise InvalidEvent(field, "must be a finite amount below 10**15")
    if not signed:
        raise InvalidEvent(field, "must not be negative")
    return exact


def _decimal(field: str, value: object) -> Decimal | None:
    if value is None or (isinstance(value, (Decimal, int)) and not isinstance(value, bool)):
        return value if value is None else Decimal(value)
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, str):
        return _written(field, value.strip())
    if isinstance(money := getattr(value, "amount", None), Decimal):
        return Decimal(money)
    raise InvalidEvent(field, f"must be a Decimal, not {type(value).__name__}")


def _written(field: str, text: str) -> Decimal | None:
    if not text:
        return None
    if "," in text:
        raise InvalidEvent(field, "has a comma: write amounts with a decimal point and no separators")
    if not _DECIMAL(text):
        raise InvalidEvent(field, "is not an amount")
    return Decimal(text)


def number(exact: Decimal) -> int | float:
    """A JSON number that reads back as the same amount: whole ones as int, others as the shortest float."""
    inexact = float(exact)
    return int(exact) if inexact.is_integer() else inexact


def count(field: str, value: object, *, least: int) -> int:
    """A whole number of at least ``least``; 2.0 and Decimal("2") are whole, 1.5 and True are not."""
    if type(value) is not int:
        value = _whole(field, value)
    if not least <= value < 2**53:
        raise InvalidEvent(field, f"must be at least {least}")
    return value


def _whole(field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise InvalidEvent(field, "must be a whole number")
    exact = Decimal(value)
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise InvalidEvent(field, "must be a whole number")
    return int(exact)


def text(field: str, value: object, *, limit: int = MAX_TEXT) -> str:
    """One piece of descriptive text; what is longer is cut, as it identifies nothing."""
    found = value if type(value) is str else normalization.as_text("" if value is None else value)
    if found is None:
        raise InvalidEvent(field, "must be text")
    if not found.isascii():
        found = found.encode(errors="replace").decode()  # half a surrogate pair would break the whole batch
    return found.strip()[:limit]


def identifier(field: str, value: object, *, limit: int = MAX_ID) -> str:
    """An id: text, or a whole number; printable, and never cut."""
    found = value if type(value) is str else normalization.as_text("" if value is None else value)
    if found is None:
        raise InvalidEvent(field, "must be text or a whole number")
    found = found.strip()
    if len(found) > limit or not found.isprintable():
        raise InvalidEvent(field, f"must be printable and at most {limit} characters long")
    return found


def word(field: str, value: object, words: Container[str]) -> str:
    """One of Meta's words, or nothing."""
    if type(value) is str and value in words:
        return value
    found = str.__str__(value) if isinstance(value, str) else "" if value is None else None
    if found is None or (found and found not in words):
        raise InvalidEvent(field, "is not a word that Meta knows")
    return found


def currency(field: str, value: object) -> str:
    """An ISO 4217 code in upper case, or nothing."""
    if type(value) is str and value in normalization.CURRENCIES:
        return value
    found = text(field, value, limit=MAX_TEXT)
    code = normalization.currency(found)
    if found and not code:
        raise InvalidEvent(field, "is not an ISO 4217 code")
    return code
