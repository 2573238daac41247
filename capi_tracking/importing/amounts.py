"""Money as people write it: with a decimal comma or a point, and with or without signs between the thousands."""

import re
from collections.abc import Iterable
from decimal import Decimal

from ..exceptions import InvalidEvent
from .doubts import CannotBegin

SPACES = str.maketrans("", "", " \u00a0\u202f'\u2019")
LONGEST = 40
OTHER = {",": ".", ".": ","}
_PLAIN = re.compile(r"[+-]?[0-9]+").fullmatch
_WRITTEN = {
    ",": re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,[0-9]+)?").fullmatch,
    ".": re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?").fullmatch,
}
_EVEN = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}").fullmatch  # 1,234: thousands, or thousandths


def find_decimal(texts: Iterable[str]) -> str:
    """The sign that only cents can stand behind; "" where none of the texts tells.

    Raises :class:`CannotBegin` if they contradict each other.
    """
    signs = {_sign(text.strip().translate(SPACES)) for text in texts} - {""}
    if len(signs) > 1:
        raise CannotBegin("Some amounts have a decimal comma and some a point. Say which is right: --decimal comma")
    return signs.pop() if signs else ""


def amount(name: str, text: str, decimal: str) -> Decimal:
    """Raises :class:`InvalidEvent` for what is none, or could be two."""
    plain = text.translate(SPACES)
    if len(plain) <= LONGEST and _PLAIN(plain):
        return Decimal(plain)
    if not decimal and _EVEN(plain):
        raise InvalidEvent(name, "may be thousands or cents: say --decimal comma or point")
    sign = decimal or _sign(plain)
    if len(plain) > LONGEST or not sign or not _WRITTEN[sign](plain):
        raise InvalidEvent(name, f"is no amount with a decimal {'comma' if sign == ',' else 'point'}")
    return Decimal(plain.replace(OTHER[sign], "").replace(sign, "."))


def _sign(text: str) -> str:
    if len(text) > LONGEST or _EVEN(text):
        return ""
    fitting = [sign for sign in OTHER if sign in text and _WRITTEN[sign](text)]
    return fitting[0] if len(fitting) == 1 else ""
