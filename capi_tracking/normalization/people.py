"""Who somebody is: e-mail, name, date of birth, gender. Each rule gives the text that Meta hashes, or "" if it can't."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime

import idna

from .hashing import as_text
from .placeholders import NO_ID, NO_TEXT, is_no_email, is_no_text

# Invisible characters that come along when an address is pasted.
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_ASCII_SIGNS = str.maketrans("", "", "".join(chr(code) for code in range(128) if not chr(code).isalnum()))

_EMAIL = re.compile(
    r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"/.\x00-\x1f\x7f]+(?:\.[^\s@<>()\[\]\\,;:\"/.\x00-\x1f\x7f]+)+"
).fullmatch

_YEAR_FIRST = re.compile(r"([0-9]{4})(?:([0-9]{2})([0-9]{2})|([-/.])([0-9]{1,2})\4([0-9]{1,2}))(?:[T ].*)?").fullmatch
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})").fullmatch

_FEMALE = """
    f female w woman girl lady mrs ms miss weiblich frau dame mädchen féminin féminine femme madame mme mademoiselle mlle
    fille femenino femenina mujer señora sra señorita srta niña femminile donna kobieta vrouw
"""
_MALE = """
    m male man boy gentleman mr mister herr mann männlich maennlich junge masculin homme monsieur garçon masculino hombre
    varón señor sr niño maschile uomo mężczyzna
"""


def _unaccented(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


_GENDERS = {_unaccented(word): letter for letter, words in (("f", _FEMALE), ("m", _MALE)) for word in words.split()}


def email(text: str) -> str:
    """Trimmed and in lower case, the domain as it is looked up (``xn--``); dots and tags stay: Meta asks for no less."""
    address = text.strip().lower()
    if not address.isascii():
        address = _looked_up(unicodedata.normalize("NFC", address.strip(_INVISIBLE)))
    return address if len(address) <= 254 and _EMAIL(address) and not is_no_email(address) else ""


def _looked_up(address: str) -> str:
    """One mailbox has one address, however its domain is written."""
    local, at, domain = address.rpartition("@")
    try:
        return local + at + idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""


def name(text: str) -> str:
    """Lower case, composed, letters with their accents; spaces and signs go, as in Meta's own library."""
    if text.isascii() and text.isalpha():
        lowered = text.lower()
        return "" if lowered in NO_TEXT else lowered
    folded = text.translate(_ASCII_SIGNS).lower() if text.isascii() else kept(text, "LMN")
    return "" if folded.isdecimal() or folded in NO_TEXT or is_no_text(text) else folded


def external_id(text: str) -> str:
    """The shop's own id, verbatim; "" for what programs write for nobody ("None", "0")."""
    stripped = text.strip()
    return "" if stripped.lower() in NO_ID else stripped


def kept(text: str, categories: str) -> str:
    """Lower case and composed, with the characters of these Unicode categories (their first letters) alone."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    fitting = "".join(char for char in lowered if unicodedata.category(char)[0] in categories)
    return unicodedata.normalize("NFC", fitting)  # again: accents that a sign stood between come together now


def gender(text: str) -> str:
    """``f`` or ``m``, from the common words of English, German, Spanish, French and some others."""
    return _GENDERS.get(_unaccented(text.strip().rstrip(".").lower()), "")


def date_of_birth(text: str, country: str = "") -> str:
    """``YYYYMMDD``, from 1900 to today.

    Year first is read as it stands. Day and month before the year are read in the shop's order
    (:func:`set_date_order`); where it has told none, if only one order makes sense; in the United States the month
    comes first. Any other is ambiguous and left out, as is a year of two digits.
    """
    stripped = text.strip()
    if match := _YEAR_FIRST(stripped):
        return _stamp(match[1], match[2] or match[5], match[3] or match[6])
    if match := _YEAR_LAST(stripped):
        return _local(match[4], match[1], match[3], country)
    return ""


_ask_order: Callable[[], object] = str


def set_date_order(ask: Callable[[], object]) -> Callable[[], object]:
    """Say where the order of local dates is asked, "DMY" or "MDY" ("" for none): a callable, called at each use.

    Returns the one asked before.
    """
    global _ask_order
    before, _ask_order = _ask_order, ask
    return before


def _local(year: str, first: str, second: str, country: str) -> str:
    month_first, day_first = _stamp(year, first, second), _stamp(year, second, first)
    order = as_text(_ask_order()) or ("MDY" if country == "us" else "")
    if order == "MDY" or month_first == day_first:
        return month_first
    if order == "DMY":
        return day_first
    return "" if month_first and day_first else month_first or day_first


def _stamp(year: str, month: str, day: str) -> str:
    try:
        born = date(int(year), int(month), int(day))
    except ValueError:
        return ""
    return born.strftime("%Y%m%d") if born.year >= 1900 and born <= datetime.now(UTC).date() else ""
