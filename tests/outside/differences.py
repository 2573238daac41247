"""Where we mean to differ from ``facebook_business`` 26, and why. What is not listed must be the same."""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from capi_tracking import normalization


class Case(NamedTuple):
    """``theirs``: what the SDK hashes, None where it raises. ``ours``: "" where we leave the value out."""

    key: str
    text: str
    country: str
    theirs: str | None
    ours: str


class Difference(NamedTuple):
    keys: str
    reason: str
    applies: Callable[[Case], bool]


def _letters(text: str | None) -> str:
    kept = (char for char in unicodedata.normalize("NFC", text or "") if unicodedata.category(char)[0] in "LM")
    return unicodedata.normalize("NFC", "".join(kept))


def _written_out(case: Case) -> str:
    return re.sub("[^0-9]", "", case.text)


DIFFERENCES = (
    Difference("fn ln ct st", "a placeholder is no data", lambda case: not case.ours and normalization.is_no_text(case.text)),
    Difference("em", "a placeholder is no data", lambda case: not case.ours and case.text == "none@none.com"),
    Difference("ph", "a placeholder is no data", lambda case: not case.ours and case.text == "1111111111"),
    Difference("em", "a display name is no part of an address", lambda case: not case.ours and "<" in case.text),
    Difference(
        "em",
        "a domain is looked up in ASCII",
        lambda case: case.ours.partition("@xn--")[1] != "" and not case.text.isascii(),
    ),
    Difference(
        "em",
        "two ways to write an accent are one",
        lambda case: case.ours == unicodedata.normalize("NFC", case.theirs or "") != case.theirs,
    ),
    Difference(
        "fn ln ct",
        "Meta asks for no punctuation, and accents have one form",
        lambda case: case.ours == _letters(case.theirs),
    ),
    Difference(
        "st",
        "Meta asks for the two letters in the United States and Canada",
        lambda case: case.country in {"us", "ca"} and len(case.ours) == 2,
    ),
    Difference("st", "the digits of a region's code are its name", lambda case: case.text == "FR-75" and case.ours == "fr75"),
    Difference("st", "accents have one form, signs go", lambda case: case.ours == _letters(case.theirs)),
    Difference("country", "forms write names", lambda case: case.theirs is None and case.ours == case.country),
    Difference("zp", "a dash parts a code in the United States alone", lambda case: "-" in case.text and case.ours.isalnum()),
    Difference("zp", "a sign in front is no part of the code", lambda case: case.text[0] == "〒" and case.ours.isdecimal()),
    Difference("zp", "half a code matches nobody", lambda case: not case.ours and case.text in _HALF),
    Difference("ph", "a national number needs its country's code", lambda case: _is_national(case) and case.ours != ""),
    Difference("ph", "the zero in brackets is not dialled from abroad", lambda case: "(0)" in case.text and "0" + case.ours[2:] in _written_out(case)),
    Difference("db", "Meta asks for YYYYMMDD", lambda case: "-" in case.text and case.ours == _written_out(case)),
    Difference("db", "day and month are told apart, or left out", lambda case: "." in case.text and case.ours in _either(case)),
    Difference("ge", "Meta asks for f or m", lambda case: case.ours in {"", "f", "m"} and len(case.text) > 1),
)  # fmt: skip

_HALF = frozenset({"9403", "K1A", "SW1A", "1067", "1310-100", "1012"})


def _is_national(case: Case) -> bool:
    return case.text[0] != "+" and not case.text.startswith("00")


def _either(case: Case) -> set[str]:
    day, month, year = case.text.split(".")
    return {"", f"{year}{month}{day}"} if case.country != "us" else {"", f"{year}{month}{day}", f"{year}{day}{month}"}


def reason(case: Case) -> str:
    """Why this difference is meant; "" if it is none of the listed."""
    return next((each.reason for each in _of(case) if each.applies(case)), "")


def _of(case: Case) -> list[Difference]:
    return [each for each in DIFFERENCES if case.key in each.keys.split()]
