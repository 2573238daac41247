"""Numbers as people write them, with the library for phone numbers and without."""

import importlib.util
import string
import sys

import phonenumbers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capi_tracking import normalization
from capi_tracking.normalization import countries, phones

pytestmark = pytest.mark.usefixtures("default_country")

# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DIALLED = [
    ("+44 20 7946 0958", "", "442079460958"),
    ("0044 20 7946 0958", "", "442079460958"),
    ("020 7946 0958", "gb", "442079460958"),
    ("+44 (0)20 7946 0958", "", "442079460958"),
    ("+4402079460958", "", "442079460958"),
    ("650.555.1212", "us", "16505551212"),
    ("1-650-555-1212", "us", "16505551212"),
    ("+36 (0)30 123 4567", "", "36301234567"),
    ("(0)6 6982 0000", "it", "390669820000"),
    ("+001 (616) 954-78 88", "", "16169547888"),
    ("011 49 171 1234567", "us", "491711234567"),
    ("0171 / 123 45 67", "de", "491711234567"),
    ("\u0660\u0661\u0667\u0661 1234567", "de", "491711234567"),
    ("\uff0b49 171 1234567", "", "491711234567"),
    ("06 6982 0000", "it", "390669820000"),
    ("+39 06 6982 0000", "", "390669820000"),
    ("8 (916) 123-45-67", "ru", "79161234567"),
    ("06 30 123 4567", "hu", "36301234567"),
    ("612 345 678", "es", "34612345678"),
    ("1-800-FLOWERS", "us", "18003569377"),
    ("+1 (800) Flowers", "", "18003569377"),
    ("650-555-1212 x12", "us", "16505551212"),
    ("650-555-1212, ext. 12", "us", "16505551212"),
    ("tel:+1-650-555-1212;ext=12", "", "16505551212"),
    ("030 / 2345678 Durchwahl 12", "de", "49302345678"),
    ("\u202a+44 20 7946 0958\u202c", "", "442079460958"),
    ("0171\u20601234567", "de", "491711234567"),
]
REFUSED = [
    ("020 7946 0958", ""),
    ("16505551212", ""),
    ("1-800-FLOWERS", "de"),
    ("1-800-CONTACTS", "us"),
    ("x5", "us"),
    ("call 650555", "us"),
    ("+43 1234", ""),
    ("+10000000000", ""),
    ("+11111111111", ""),
    ("+491234567890", ""),
    ("1234567890", "us"),
    ("0171 1234567 ext. 12345678", "de"),
    ("call me", "us"),
    ("+49", ""),
    ("123", "de"),
    ("0171 1234567, 0172 1234567", "de"),
    ("5551212", "us"),
    ("+" + "1" * 16, ""),
    ("4+9171", "de"),
]


@pytest.mark.parametrize(("text", "country", "digits"), DIALLED)
def test_phone__gives_the_digits_of_e164(text, country, digits):
    assert normalization.phone(text, country) == digits


@pytest.mark.parametrize(("text", "country", "digits"), DIALLED)
def test_phone__without_the_library_the_table_says_the_same(text, country, digits):
    assert phones.by_table(phones._dialled(text.strip(), country), country) == digits


@pytest.mark.parametrize(("text", "country"), REFUSED)
def test_phone__leaves_out_what_is_no_whole_number(text, country):
    assert normalization.phone(text, country) == ""


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("4917112345678", "de"),
        ("55991234567", "br"),
        ("5551212", "us"),
        ("0612345678", "es"),
        ("123456", "aq"),
        ("011 15-2345-6789", "ar"),
    ],
)
def test_phone__the_table_leaves_out_what_it_can_not_tell(number, country):
    assert phones.by_table(number, country) == ""


def test_phone__the_table_agrees_with_the_library_on_example_numbers():
    checked = 0
    for country in sorted(countries.CALLING_CODES):
        for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(country.upper(), kind)
            if example is None:
                continue
            written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
            right = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[1:]
            assert phones.by_table(phones._dialled("+" + right, ""), "") == right, country
            dialled = phones._dialled(written, country)
            assert not dialled or phones.by_table(dialled, country) in {right, ""}, (country, written)
            checked += bool(dialled)
    assert checked > 400


@pytest.mark.parametrize(
    ("number", "country", "digits"),
    [
        ("+49" + "1" * 13, "", "49" + "1" * 13),
        ("+49" + "1" * 14, "", ""),
        ("+791234567", "", ""),
        ("79161234567", "ru", "79161234567"),
        ("8123456789", "ru", "78123456789"),
        ("29161234567", "ru", ""),
        ("3912345678", "it", "393912345678"),
    ],
)
def test_phone__the_table_goes_by_length_where_a_first_digit_can_be_two_things(number, country, digits):
    assert phones.by_table(number, country) == digits


def test_phone__what_only_the_library_can_tell_is_read_by_it():
    assert normalization.phone("011 15-2345-6789", "ar") == "5491123456789"


def test_phone__is_as_short_as_any_number_with_its_country_code():
    assert normalization.phone("+43 12345") == "4312345"


@pytest.mark.parametrize("number", ["+491711236789", "+16505557890", "+491711119777"])
def test_phone__that_only_ends_like_a_made_up_one_is_kept(number):
    assert normalization.phone(number) == number[1:]


def test_dialled__of_what_is_no_number_is_empty():
    assert phones._dialled("call me", "de") == phones._dialled("", "de") == ""


def test_phone__calling_codes_are_those_of_the_library():
    for country, code in countries.CALLING_CODES.items():
        assert str(phonenumbers.country_code_for_region(country.upper())) == code


# -- hashing ---------------------------------------------------------------------------------------------------------


@patient
@given(st.text(alphabet=string.digits + "+ ()-./"), st.sampled_from([*sorted(countries.ALPHA2), ""]))
def test_phone__never_raises_whichever_way_it_is_read(text, country):
    dialled = phones._dialled(text.strip(), country) if text.strip() else ""
    for digits in (normalization.phone(text, country), phones.by_table(dialled, country) if dialled else ""):
        assert digits == "" or (digits.isdecimal() and 4 <= len(digits) <= 17)


# -- what shops' forms hold ------------------------------------------------------------------------------------------


def test_phone__without_the_library_is_read_by_the_table(monkeypatch):
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    spec = importlib.util.find_spec("capi_tracking.normalization.phones")
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    assert alone.phone("0171 / 123 45 67", "de") == "491711234567"
    assert alone.phone("011 15-2345-6789", "ar") == "", "which only the library can read"
    assert alone.phone("0171 / 123 45 67") == ""
