"""The currencies, and how many digits theirs have."""

import pycountry
from babel.core import get_global

from capi_tracking import normalization
from capi_tracking.normalization import currencies

NOT_TENDER = "BOV CHE CHW CLF COU MXV USN UYI UYW XAD XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX"
UNUSED_DECIMALS = "AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK MRU SOS SYP YER RSD"


def test_currency__knows_the_tender_of_iso_4217():
    assert {each.alpha_3 for each in pycountry.currencies} - set(NOT_TENDER.split()) == currencies.CURRENCIES
    assert normalization.currency(" eur ") == "EUR"
    assert normalization.currency("€") == normalization.currency("") == normalization.currency("XXX") == ""


def test_minor_units__agree_where_iso_and_the_unicode_project_do():
    # The Unicode project says how money is written in practice, so it knows no decimals where nobody uses them.
    fractions = get_global("currency_fractions")
    for code in currencies.CURRENCIES - set(UNUSED_DECIMALS.split()):
        assert normalization.minor_units(code) == fractions.get(code, fractions["DEFAULT"])[0], code
