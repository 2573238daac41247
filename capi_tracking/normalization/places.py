"""Where somebody lives: city, state, postal code. Each rule gives the text that Meta hashes, or "" if it can't."""

import re
import string
import unicodedata

from .people import kept
from .placeholders import NO_TEXT, is_no_text

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
al ala az ariz ar ark ca calif ca cal co colo ct conn de del dc washdc fl fla il ill in ind ks kan ks kans ma mass
mi mich mn minn ms miss mt mont ne neb ne nebr nv nev ok okla or ore pa penn pa penna tn tenn tx tex va virg wa wash
wv wva wi wis wi wisc wy wyo
"""
_CA = """
ab alberta bc britishcolumbia bc colombiebritannique mb manitoba nb newbrunswick nb nouveaubrunswick
nl newfoundlandandlabrador nl newfoundland nl terreneuveetlabrador ns novascotia ns nouvelleécosse
nt northwestterritories nt territoiresdunordouest nu nunavut on ontario pe princeedwardisland pe îleduprinceédouard
qc quebec qc québec sk saskatchewan yt yukon
ab alta ab alb mb man nl nfld nl nf on ont pe pei pe ipe qc que qc qué qc pq sk sask yt yuk yt yk
"""


def _codes(pairs: str) -> dict[str, str]:
    words = pairs.split()
    return dict(zip(words[1::2], words[::2], strict=True)) | {code: code for code in words[::2]}


_STATES = {"us": _codes(_US), "ca": _codes(_CA)}

# These countries and territories share the ZIP codes of the United States.
_ZIP = frozenset({"us", "pr", "gu", "vi", "as", "mp"})
_zip_code = re.compile(r"([0-9]{5})(?:[ -]?[0-9]{4})?").fullmatch
_plus_four = re.compile(r"([0-9]{5})-[0-9]{4}").fullmatch

# Codes of digits alone, by their length.
_DIGITS = {
    re.compile(r"[0-9]{3}").fullmatch: "is",
    re.compile(r"[0-9]{4}").fullmatch: "at au be bg ch cy dk ge hu li lu mk no nz ph si tn za",
    re.compile(r"[0-9]{5}").fullmatch: "de dz ee es fi fr hr id it lt ma mc mx my pl rs se sk sm th tr ua cz gr",
    re.compile(r"[0-9]{6}").fullmatch: "by cn co in ro ru sg",
    re.compile(r"[0-9]{7}").fullmatch: "il jp",
    re.compile(r"[0-9]{8}").fullmatch: "br",
}
_FORMS = {country: form for form, countries in _DIGITS.items() for country in countries.split()} | {
    "gb": re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?[0-9][a-z]{2}|gir0aa|bfpo[0-9]{1,4}").fullmatch,
    "ca": re.compile(r"[a-z][0-9][a-z][0-9][a-z][0-9]").fullmatch,
    "nl": re.compile(r"[1-9][0-9]{3}[a-z]{2}").fullmatch,
    "ie": re.compile(r"[a-z][0-9][0-9w][a-z0-9]{4}").fullmatch,
    "pt": re.compile(r"[0-9]{4}(?:[0-9]{3})?").fullmatch,
    "kr": re.compile(r"[0-9]{5,6}").fullmatch,
}
# What stands before the code on an envelope, by country: its own letters, or its cars'.
_MARKS = {country: (country,) for country in _FORMS} | {
    "de": ("de", "d"),
    "at": ("at", "a"),
    "fr": ("fr", "f"),
    "it": ("it", "i"),
    "es": ("es", "e"),
    "be": ("be", "b"),
    "lu": ("lu", "l"),
    "se": ("se", "s"),
    "no": ("no", "n"),
    "fi": ("fi", "fin"),
    "li": ("li", "fl"),
    "hu": ("hu", "h"),
    "si": ("si", "slo"),
    "pt": ("pt", "p"),
    "gb": (),
}
_MARKED = re.compile(r"([a-z]{1,3})[0-9]{3,}[a-z]{0,2}").match
_ASCII_SIGNS = str.maketrans("", "", string.punctuation + string.whitespace)
_NO_LETTERS = str.maketrans("", "", string.punctuation + string.whitespace + string.digits)


def city(text: str) -> str:
    """Lower-case letters with their accents; no spaces, signs or digits (a district's number is no part of the name)."""
    if text.isascii() and text.isalpha():
        lowered = text.lower()
        return "" if lowered in NO_TEXT else lowered
    folded = text.translate(_NO_LETTERS).lower() if _simple(text) else kept(text, "LM")
    return "" if folded in NO_TEXT or is_no_text(text) else folded


def state(text: str, country: str = "") -> str:
    """The two-letter code in the United States and Canada ("" if there is none); elsewhere the folded name."""
    codes = _STATES.get(country)
    if codes and len(text) == 2 and (code := codes.get(text.lower())):
        return code
    folded = text.translate(_ASCII_SIGNS).lower() if _simple(text) else kept(text, "LMN")
    if codes is None:
        return "" if folded in NO_TEXT or is_no_text(text) else folded
    return codes.get(folded) or codes.get(folded.removeprefix(country), "")


def postal_code(text: str, country: str = "") -> str:
    """Lower case without spaces and dashes; in the United States the first five digits.

    Where the country's form is known, a text of another form is none: half a code, or one that lost its zero.
    """
    stripped = text.strip()
    if country in _ZIP:
        return match[1] if (match := _zip_code(stripped)) else ""
    if not country and (match := _plus_four(stripped)):
        return match[1]
    folded = stripped if stripped.isascii() and stripped.isdigit() else _folded_code(stripped, country)
    if fits := _FORMS.get(country):
        return folded if fits(folded) else ""
    return folded if 2 <= len(folded) <= 12 and any(char.isdecimal() for char in folded) else ""


def _folded_code(text: str, country: str) -> str:
    """Without signs, and without the country's letters in front ("D-80331", "NL 1012 AB")."""
    if not _simple(text):
        text = unicodedata.normalize("NFKC", text)
    folded = text.translate(_ASCII_SIGNS).lower() if _simple(text) else kept(text, "LN")
    mark = _MARKED(folded)
    return folded[len(mark[1]) :] if mark and mark[1] in _MARKS.get(country, ()) else folded


def _simple(text: str) -> bool:
    return text.isascii() and text.isprintable()
