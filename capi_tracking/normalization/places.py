"""Where somebody lives: city, state, postal code. Each rule gives the text that Meta hashes, or "" if it can't."""

import re
import string

from .people import kept

# The two-letter codes that stand for a state's name, by country; the name as it is folded.
_US = """
al alabama ak alaska az arizona ar arkansas ca california co colorado ct connecticut de delaware fl florida ga georgia
hi hawaii id idaho il illinois in indiana ia iowa ks kansas ky kentucky la louisiana me maine md maryland
ma massachusetts mi michigan mn minnesota ms mississippi mo missouri mt montana ne nebraska nv nevada nh newhampshire
nj newjersey nm newmexico ny newyork nc northcarolina nd northdakota oh ohio ok oklahoma or oregon pa pennsylvania
ri rhodeisland sc southcarolina sd southdakota tn tennessee tx texas ut utah vt vermont va virginia wa washington
wv westvirginia wi wisconsin wy wyoming dc districtofcolumbia dc washingtondc pr puertorico gu guam as americansamoa
vi usvirginislands vi virginislands vi virginislandsus mp northernmarianaislands aa armedforcesamericas ae armedforceseurope
ap armedforcespacific
"""
_CA = """
ab alberta bc britishcolumbia bc colombiebritannique mb manitoba nb newbrunswick nb nouveaubrunswick
nl newfoundlandandlabrador nl newfoundland nl terreneuveetlabrador ns novascotia ns nouvelleécosse
nt northwestterritories nt territoiresdunordouest nu nunavut on ontario pe princeedwardisland pe îleduprinceédouard
qc quebec qc québec sk saskatchewan yt yukon
"""


def _codes(pairs: str) -> dict[str, str]:
    words = pairs.split()
    return dict(zip(words[1::2], words[::2], strict=True)) | {code: code for code in words[::2]}


_STATES = {"us": _codes(_US), "ca": _codes(_CA)}

# These countries and territories share the ZIP codes of the United States.
_ZIP = frozenset({"us", "pr", "gu", "vi", "as", "mp"})
_zip_code = re.compile(r"([0-9]{5})(?:[ -]?[0-9]{4})?").fullmatch
_plus_four = re.compile(r"([0-9]{5})-[0-9]{4}").fullmatch
_ASCII_SIGNS = str.maketrans("", "", string.punctuation + string.whitespace)
_NO_LETTERS = str.maketrans("", "", string.punctuation + string.whitespace + string.digits)


def city(text: str) -> str:
    """Lower-case letters with their accents; no spaces, signs or digits (a district's number is no part of the name)."""
    if text.isascii() and text.isalpha():
        return text.lower()
    return text.translate(_NO_LETTERS).lower() if _simple(text) else kept(text, "LM")


def state(text: str, country: str = "") -> str:
    """The two-letter code in the United States and Canada ("" if there is none); elsewhere the folded name."""
    codes = _STATES.get(country)
    if codes and len(text) == 2 and (code := codes.get(text.lower())):
        return code
    folded = text.translate(_ASCII_SIGNS).lower() if _simple(text) else kept(text, "LMN")
    if codes is None:
        return folded
    return codes.get(folded) or codes.get(folded.removeprefix(country), "")


def postal_code(text: str, country: str = "") -> str:
    """Lower case without spaces and dashes; in the United States the first five digits."""
    stripped = text.strip()
    if country in _ZIP:
        return match[1] if (match := _zip_code(stripped)) else ""
    if not country and (match := _plus_four(stripped)):
        return match[1]
    if stripped.isdigit() and stripped.isascii():
        return stripped if 2 <= len(stripped) <= 12 else ""
    folded = stripped.translate(_ASCII_SIGNS).lower() if _simple(stripped) else kept(stripped, "LN")
    return folded if 2 <= len(folded) <= 12 and any(char.isdecimal() for char in folded) else ""


def _simple(text: str) -> bool:
    return text.isascii() and text.isprintable()
