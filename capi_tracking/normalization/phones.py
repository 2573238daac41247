"""Phones to the digits of E.164: country code first, no plus.

National numbers need a country, and rules that only the library knows in full (extra ``[phone]``: phonenumberslite or
phonenumbers, same import name). Without it a table of calling codes and trunk digits does what can be done safely.
"""

import re
import unicodedata

from .countries import CALLING_CODES, OWN_ZERO, TRUNKS
from .placeholders import is_no_phone

try:
    import phonenumbers
except ImportError:  # the extra is not installed
    phonenumbers = None  # type: ignore[assignment]

MIN_DIGITS, MAX_DIGITS = 7, 15

_CODES = "|".join(sorted(set(CALLING_CODES.values()), key=len, reverse=True))
_ZERO_CODES = frozenset(CALLING_CODES[country] for country in OWN_ZERO)
_TRUNK_CODES = "|".join(sorted(set(CALLING_CODES.values()) - _ZERO_CODES))

# Argentina dials mobiles at home with a 15 in the middle, where E.164 has a 9 in front.
_MOVING_DIGITS = frozenset({"ar"})

# Ready as it is; but a zero after the country code is a trunk digit left in by mistake, and needs the slow way.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch
_TRUNK_LEFT_IN = re.compile(rf"\+(?:{_TRUNK_CODES})0").match
_DIALLED = re.compile(r"\+?[0-9\s()./\-\u2010-\u2015]+").fullmatch
_SIGNS = re.compile(r"[^0-9]")
_SCHEME = re.compile(r"(?:tel|callto|sms):", re.IGNORECASE).match
_EXTENSION_BEHIND = re.compile(
    r"([^A-Za-z#;,]*[0-9)])[\s;,]*(?:ext(?:ension|n)?|x|#|durchwahl|dw|poste|anexo)[\s.:=]*[0-9]{1,6}", re.IGNORECASE
).fullmatch
_LETTERED = re.compile(r"(?:\+?1[\s.-]*)?\(?[2-9][0-9]{2}\)?[\s.-]*[0-9\s.-]*[A-Za-z][A-Za-z0-9\s.-]*").fullmatch
_SUSPECT = frozenset({*(digit * 3 for digit in "0123456789"), "789", "890", "210", "987", "321"})
_KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_SPLIT = re.compile(rf"({_CODES})([0-9]+)").fullmatch


def phone(text: str, country: str = "") -> str:
    """The digits of E.164, or "" if this is no number, or one without a country code and no ``country`` (alpha-2)."""
    stripped = text.strip()
    if _E164(stripped) and not ("0" in stripped[2:5] and _TRUNK_LEFT_IN(stripped)):
        # as it is, but for one digit alone: a look at the end spares all others the pattern
        return "" if stripped[-3:] in _SUSPECT and is_no_phone(stripped) else stripped[1:]
    number = _dialled(stripped, country)
    if not number:
        return ""
    digits = by_library(number, country) if phonenumbers else by_table(number, country)
    return "" if is_no_phone(digits) else digits


def _dialled(text: str, country: str) -> str:
    """Digits alone, with a plus in front if they begin with a country code; "" if there is anything but a number."""
    if not text.isascii():
        text = "".join(_ascii(char) for char in text if unicodedata.category(char) != "Cf")
    if not _DIALLED(text):
        text = _without_words(text, country)
    if not _DIALLED(text):
        return ""
    international = text[0] == "+"
    digits = _SIGNS.sub("", text.replace("(0)", "") if international else text)
    if international or digits.startswith("00"):
        return "+" + digits.lstrip("0")
    if digits.startswith("011") and TRUNKS.get(country) == "1":
        return "+" + digits[3:]
    return digits


def _without_words(text: str, country: str) -> str:
    """Without ``tel:`` in front and an extension behind; North America's letters as the keys that they stand on."""
    if scheme := _SCHEME(text):
        text = text[scheme.end() :]
    if extension := _EXTENSION_BEHIND(text):
        text = extension[1]
    lettered = (TRUNKS.get(country) == "1" or text.startswith("+1")) and _LETTERED(text)
    digits = _SIGNS.sub("", text.lower().translate(_KEYS)).removeprefix("1") if lettered else ""
    return f"+1{digits}" if len(digits) == 10 else text


def _ascii(char: str) -> str:
    """The ASCII form of full-width signs and of other scripts' digits."""
    return str(unicodedata.decimal(char)) if char.isdecimal() else unicodedata.normalize("NFKC", char)


def by_library(number: str, country: str) -> str:
    """Read a dialled number with the library's rules."""
    try:
        parsed = phonenumbers.parse(number, country.upper())
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""  # too short, too long, or good only within its own town
    digits = f"{parsed.country_code}{phonenumbers.national_significant_number(parsed)}"
    return digits if len(digits) >= MIN_DIGITS else ""


def by_table(number: str, country: str) -> str:
    """Read a dialled number with the table alone: right, or "" where the table can't tell."""
    code, national = _parts(number, country)
    if not national or (code in {"1", "7"} and len(national) != 10):
        return ""
    if national[0] == "0" and code not in _ZERO_CODES:
        return ""
    return code + national if MIN_DIGITS <= len(code + national) <= MAX_DIGITS else ""


def _parts(number: str, country: str) -> tuple[str, str]:
    if number[0] == "+":
        match = _SPLIT(number[1:])
        return (match[1], _without_trunk(match[2], match[1])) if match else ("", "")
    if country in _MOVING_DIGITS:
        return "", ""
    code, trunk = CALLING_CODES.get(country, ""), TRUNKS.get(country, "")
    return code, _national(number, code, trunk) if code else ""


def _without_trunk(national: str, code: str) -> str:
    return national if code in _ZERO_CODES else national.removeprefix("0")


def _national(number: str, code: str, trunk: str) -> str:
    if code in {"1", "7"}:  # ten digits; an eleventh in front is the trunk digit or the country code
        return number[1:] if len(number) == 11 and number[0] in {code, trunk} else number
    if len(number) >= 11 and number.startswith(code):  # with the country code, or a long number that begins like it
        return ""
    return number.removeprefix(trunk)
