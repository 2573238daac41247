"""Who somebody is: e-mail, name, date of birth, gender. Each rule gives the text that Meta hashes, or "" if it can't."""

import re
import unicodedata
from datetime import UTC, date, datetime

# Invisible characters that come along when an address is pasted.
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_ASCII_SIGNS = str.maketrans("", "", "".join(chr(code) for code in range(128) if not chr(code).isalnum()))

_EMAIL = re.compile(
    r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"/.\x00-\x1f\x7f]+(?:\.[^\s@<>()\[\]\\,;:\"/.\x00-\x1f\x7f]+)+"
).fullmatch

_YEAR_FIRST = re.compile(r"([0-9]{4})(?:([0-9]{2})([0-9]{2})|([-/.])([0-9]{1,2})\4([0-9]{1,2}))(?:[T ].*)?").fullmatch
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})").fullmatch

_FEMALE = "f female w woman girl lady mrs ms miss weiblich frau féminin femme mujer femenino donna kobieta vrouw"
_MALE = "m male man boy mr herr mann männlich masculin homme hombre masculino uomo mężczyzna"
_GENDERS = {**dict.fromkeys(_FEMALE.split(), "f"), **dict.fromkeys(_MALE.split(), "m")}


def email(text: str) -> str:
    """Trimmed and in lower case; dots and tags stay, as Meta does not ask to take them out."""
    address = text.strip().strip(_INVISIBLE).lower()
    return address if len(address) <= 254 and _EMAIL(address) else ""


def name(text: str) -> str:
    """Lower case, composed, letters with their accents; spaces and signs go, as in Meta's own library."""
    if text.isascii() and text.isalpha():
        return text.lower()
    folded = text.translate(_ASCII_SIGNS).lower() if text.isascii() else kept(text, "LMN")
    return "" if folded.isdecimal() else folded


def kept(text: str, categories: str) -> str:
    """Lower case and composed, with the characters of these Unicode categories (their first letters) alone."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    fitting = "".join(char for char in lowered if unicodedata.category(char)[0] in categories)
    return unicodedata.normalize("NFC", fitting)  # again: accents that a sign stood between come together now


def gender(text: str) -> str:
    """``f`` or ``m``, from the common words of some languages."""
    return _GENDERS.get(text.strip().rstrip(".").lower(), "")


def date_of_birth(text: str, country: str = "") -> str:
    """``YYYYMMDD``, from 1900 to today.

    Year first is read as it stands. Day and month before the year are read if only one order makes sense; in the
    United States the month comes first. Any other is ambiguous and left out.
    """
    stripped = text.strip()
    if match := _YEAR_FIRST(stripped):
        return _stamp(match[1], match[2] or match[5], match[3] or match[6])
    if match := _YEAR_LAST(stripped):
        return _local(match[4], match[1], match[3], country)
    return ""


def _local(year: str, first: str, second: str, country: str) -> str:
    month_first, day_first = _stamp(year, first, second), _stamp(year, second, first)
    if country == "us" or month_first == day_first:
        return month_first
    return "" if month_first and day_first else month_first or day_first


def _stamp(year: str, month: str, day: str) -> str:
    try:
        born = date(int(year), int(month), int(day))
    except ValueError:
        return ""
    return born.strftime("%Y%m%d") if born.year >= 1900 and born <= datetime.now(UTC).date() else ""
