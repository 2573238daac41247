"""What in a text looks like a person's plain data, or like a secret: it may go to nobody, whatever parameter it stands in.

A false alarm costs one parameter of one event, a miss tells Meta who somebody is. Article numbers, EANs, order numbers,
dates and sizes are none: digits count as a phone number only where they are written as one.
"""

import re
from collections.abc import Callable
from itertools import pairwise

EMAIL, PHONE, CARD, TOKEN = "email", "phone", "card", "token"

LONGEST_TOKEN_PART = 16
CARD_BEGINNINGS = {
    14: ("30", "36", "38", "39"),
    15: ("34", "37"),
    16: ("22", "23", "24", "25", "26", "27", "35", "4", "5", "60", "62", "64", "65"),
    17: ("62",),
    18: ("62",),
    19: ("4", "62"),
}
UPC_LENGTH, EAN_LENGTH, ISBN_LENGTH = 12, 13, 10
SHORTEST_PHONE, LONGEST_PHONE = 8, 15
SIZE_LENGTH = 3

# One look at a text, which most pass. An address in an address is quoted, and its sign may be a wide one.
is_suspect = re.compile(r"[@\uff20]|%40|[A-Za-z0-9_-]{32}|eyJ|(?:\d[ ()./\u00a0-]{0,3}){8}").search
is_suspect_id = re.compile(r"[@\uff20]|%40|eyJ").search

_at = re.compile(r"[\w.+'-](?:[@\uff20]|%40)").finditer
_domain = re.compile(
    r"(?![1-4]x\.)[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,24}(?![\w-])"
).match  # an image may be called @2x
_jwt = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}").search
_long = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{32,}").finditer
_card = re.compile(r"(?<!\d)(?<!\d[.,])\d(?:[ -]?\d){13,18}(?![.,]?\d)").finditer

_DATE = r"\d\d[./-](?:\d\d[./-])?(?:(?:19|20)\d\d(?!\d)|\d\d(?!\d|[./-]\d))"
_GAP = r"[ ./\u00a0-]{1,3}"
_phone = re.compile(
    # +49 (0)30 123456, 0049 171 1234567
    rf"(?:(?<![\w+])\+|(?<![\w+.,/-])00)[1-9]\d{{0,3}}(?:(?:{_GAP})?\(?\d{{1,9}}\)?){{1,6}}(?!\d)"
    # 030 1234567, (0171) 123 45 67; but no date
    rf"|(?<![\w+.,/-])(?!{_DATE})\(?0[1-9]\d{{0,4}}\)?(?:{_GAP}\d{{2,9}}){{1,4}}(?!\d)"
    # 01711234567
    r"|(?<![\w+.,/-])0[1-9]\d{7,10}(?![\w-]|[.,]\d)"
    # 650-555-1212, (650) 555-1212
    r"|(?<![\w+.,/-])(?:1[ .-])?(?:\([2-9]\d\d\) ?[2-9]\d\d[ .-]\d{4}|[2-9]\d\d([.-])[2-9]\d\d\1\d{4})(?![\w-])"
    r"|\A[2-9]\d\d [2-9]\d\d \d{4}\Z"
).finditer
_groups = re.compile(r"\d+").findall


def found_in(text: str) -> str:
    """``EMAIL``, ``PHONE``, ``CARD`` or ``TOKEN``, whichever comes first in this list; "" for none."""
    if not is_suspect(text):
        return ""
    return next((kind for kind, is_there in _KINDS if is_there(text)), "")


def found_in_id(text: str) -> str:
    """The same for what identifies an article or an order, where digits and long words are what one expects."""
    if not is_suspect_id(text):
        return ""
    return EMAIL if _has_email(text) else TOKEN if _jwt(text) else ""


def _has_email(text: str) -> bool:
    return any(_domain(text, match.end()) for match in _at(text))


def _has_phone(text: str) -> bool:
    return any(_is_phone(match[0]) for match in _phone(text))


def _is_phone(written: str) -> bool:
    groups = _groups(written)
    digits = "".join(groups)
    if written.isdecimal():
        return not _is_article(digits)
    is_divided_like_an_id = written[0] == "0" and not set(written) & set(" /(\u00a0")
    return SHORTEST_PHONE + is_divided_like_an_id <= len(digits) <= LONGEST_PHONE and not (
        written[0] == "0" and _are_sizes(groups)
    )


def _is_article(digits: str) -> bool:
    """A number that its last digit confirms: an EAN, a UPC, an old ISBN. One in ten phone numbers would pass, too."""
    if digits.startswith("00"):
        return len(digits) == EAN_LENGTH and _is_gtin(digits)
    return (len(digits) == UPC_LENGTH and _is_gtin(digits)) or _is_isbn(digits)


def _are_sizes(groups: list[str]) -> bool:
    """092 098 104, or 01 02 03 04: of one length, and rising as sizes do."""
    numbers = list(map(int, groups))
    steps = {after - before for before, after in pairwise(numbers)}
    is_rising = bool(steps) and min(steps) > 0 and (len(groups[0]) == SIZE_LENGTH or len(steps) == 1)
    return len({len(group) for group in groups}) == 1 and is_rising


def _has_card(text: str) -> bool:
    return any(_is_card(_digits(match[0])) for match in _card(text))


def _is_card(digits: str) -> bool:
    return digits.startswith(CARD_BEGINNINGS.get(len(digits), ())) and _luhn(digits)


def _has_token(text: str) -> bool:
    return bool(_jwt(text)) or any(_is_token(match[0]) for match in _long(text))


def _is_token(text: str) -> bool:
    """Words between hyphens are no token, nor is a UUID; a long part of letters and digits is."""
    parts = re.split("[_-]", text)
    return any(len(part) >= LONGEST_TOKEN_PART and not part.isalpha() and not part.isdecimal() for part in parts)


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(each - 9 if each > 9 else each for each in doubled)) % 10 == 0


def _is_gtin(digits: str) -> bool:
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[::-1]))
    return weighed % 10 == 0


def _is_isbn(digits: str) -> bool:
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, range(ISBN_LENGTH, 0, -1), strict=False))
    return len(digits) == ISBN_LENGTH and weighed % 11 == 0


_KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (EMAIL, _has_email),
    (CARD, _has_card),
    (PHONE, _has_phone),
    (TOKEN, _has_token),
)
