"""The pure rules for customer data."""

import datetime
import hashlib
import importlib.util
import string
import sys

import phonenumbers
import pycountry
import pytest
import time_machine
from babel.core import Locale, get_global
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from capi_tracking import normalization
from capi_tracking.normalization import countries, currencies, phones

# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(autouse=True)
def default_country():
    """None, until a test sets one; the settings' own is back afterwards."""
    before = normalization.set_default_country(str)
    yield normalization.set_default_country
    normalization.set_default_country(before)


# Meta's documentation prints the first seven of these; the rest are its rules, hashed.
GOLDEN = [
    ("email", ("John_Smith@gmail.com",), "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
    ("phone", ("(650)555-1212", "us"), "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
    ("name", ("Mary",), "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
    ("name", ("정",), "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
    ("name", ("Valéry",), "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
    ("date_of_birth", ("2/16/1997",), "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c"),
    ("country", ("United States",), "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
    ("gender", ("f",), "252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111"),
    ("gender", ("Male",), "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a"),
    ("state", ("California", "us"), "6959097001d10501ac7d54c0bdb8db61420f658f2922cc26e46d536119a31126"),
    ("city", ("New York",), "350c754ba4d38897693aa077ef43072a859d23f613443133fecbbd90a3512ca5"),
    ("city", ("Paris 15",), "1670f2e42fefa5044d59a65349e47c566009488fc57d7b4376dd5787b59e3c57"),
    ("postal_code", ("94035-1234", "us"), "1794327a4d443904421f5ca1f3d72d0a62ba2f0770d80755ec2220fc0efb052e"),
]


@pytest.mark.parametrize(("rule", "arguments", "digest"), GOLDEN)
def test_rules__give_the_hashes_that_meta_expects(rule, arguments, digest):
    assert normalization.sha256(getattr(normalization, rule)(*arguments)) == digest


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("  A.B+tag@Example.COM ", "a.b+tag@example.com"),
        ("\u200bjo@example.org\ufeff", "jo@example.org"),
        ("müller@bücher.example", "müller@xn--bcher-kva.example"),
        ("Info@XN--BCHER-KVA.example", "info@xn--bcher-kva.example"),
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("info@xn--é.example", ""),
        ("jo@" + "ü" * 90 + ".example", ""),
        ("no at sign", ""),
        ("a@b", ""),
        ("a@@example.com", ""),
        ("a@example..com", ""),
        ("Mary <mary@example.com>", ""),
        ("a@example.com, b@example.com", ""),
        ("a\x00@example.com", ""),
        ("x" * 250 + "@example.com", ""),
        ("jo@o\ufb03ce.example", "jo@office.example"),
    ],
)
def test_email__is_trimmed_and_lowered_or_left_out(text, result):
    assert normalization.email(text) == result


def test_email__is_as_long_as_an_address_may_be():
    address = "jo@" + "x" * 243 + ".example"
    assert normalization.email(address) == address
    assert normalization.email("a" + address) == ""


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Mary-Jane O'Connor", "maryjaneoconnor"),
        ("Max-Xaver", "maxxaver"),
        ("\u1100\u1161", "가"),
        ("José María González", "josémaríagonzález"),
        ("Vale\u0301ry", "valéry"),
        ("ÅSA", "åsa"),
        ("Dr. Müller 🎉", "drmüller"),
        ("हिन्दी", "हिन्दी"),
        ("42", ""),
        ("--", ""),
    ],
)
def test_name__keeps_letters_with_their_accents(text, result):
    assert normalization.name(text) == result


@pytest.mark.parametrize(
    ("text", "country", "result"),
    [
        ("1997-02-16", "", "19970216"),
        ("19970216", "", "19970216"),
        ("1997/2/16", "", "19970216"),
        ("1997-02-16 00:00:00+00:00", "", "19970216"),
        (str(datetime.date(1997, 2, 16)), "", "19970216"),
        ("16.2.1997", "", "19970216"),
        ("16.2.1997", "us", ""),
        ("05-03-1995", "us", "19950503"),
        ("05.03.1995", "", ""),
        ("05.03.1995", "de", ""),
        ("05.05.1995", "", "19950505"),
        ("1997-02-30", "", ""),
        ("1900-01-01", "", "19000101"),
        ("1899-12-31", "", ""),
        ("2999-01-01", "", ""),
        ("16.2.97", "", ""),
        ("1997-02/16", "", ""),
    ],
)
def test_date_of_birth__is_never_guessed(text, country, result):
    assert normalization.date_of_birth(text, country) == result


def test_date_of_birth__is_today_at_the_latest():
    with time_machine.travel(datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)):
        assert normalization.date_of_birth("2026-11-01") == "20261101"
        assert normalization.date_of_birth("2026-11-02") == ""


@pytest.mark.parametrize(
    ("text", "result"), [("W", "f"), ("Femme", "f"), ("Mrs.", "f"), ("herr", "m"), ("x", ""), ("1", "")]
)
def test_gender__is_f_or_m(text, result):
    assert normalization.gender(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("São Paulo", "sãopaulo"),
        ("St. John's", "stjohns"),
        ("75015 Paris", "paris"),
        ("東京", "東京"),
        ("\u1100\u1161", "가"),
        ("Saint\u2011Denis", "saintdenis"),
        ("St\x00Ives", "stives"),
        ("n/a", ""),
        ("12", ""),
    ],
)
def test_city__keeps_letters_alone(text, result):
    assert normalization.city(text) == result


@pytest.mark.parametrize(
    ("text", "country", "result"),
    [
        ("C/a/lifo,rnia.", "us", "ca"),
        ("NY", "us", "ny"),
        ("US-NY", "us", "ny"),
        ("Washington D.C.", "us", "dc"),
        ("Bavaria", "us", ""),
        ("Québec", "ca", "qc"),
        ("British Columbia", "ca", "bc"),
        ("California", "", "california"),
        ("Baden-Württemberg", "de", "badenwürttemberg"),
        ("FR-75", "fr", "fr75"),
        ("Île\u2011de\u2011France", "fr", "îledefrance"),
    ],
)
def test_state__is_a_code_in_the_united_states_and_canada(text, country, result):
    assert normalization.state(text, country) == result


def test_state__knows_every_state_and_province():
    for country in ("us", "ca"):
        for division in pycountry.subdivisions.get(country_code=country.upper()):
            if "Outlying" not in division.name:
                assert normalization.state(division.name, country) == division.code[3:].lower(), division.name


@pytest.mark.parametrize(
    ("text", "country", "result"),
    [
        ("M1 1AE", "gb", "m11ae"),
        ("37221-3312", "", "37221"),
        ("940351234", "us", "94035"),
        ("9403", "us", ""),
        ("00901", "pr", "00901"),
        ("01310-100", "br", "01310100"),
        ("K1A 0B1", "ca", "k1a0b1"),
        ("37221-3312", "de", ""),
        ("\uff11\uff10\uff10\uff10\uff10\uff10\uff11", "jp", "1000001"),
        ("unknown", "de", ""),
        ("1" * 20, "de", ""),
        ("unknown", "", ""),
        ("1", "", ""),
        ("12", "", "12"),
        ("1" * 12, "", "1" * 12),
        ("1" * 13, "", ""),
    ],
)
def test_postal_code__has_no_spaces_and_dashes(text, country, result):
    assert normalization.postal_code(text, country) == result


# --- countries and currencies


def test_country__knows_the_codes_and_names_of_iso_3166():
    assert {country.alpha_2.lower() for country in pycountry.countries} == countries.ALPHA2
    for country in pycountry.countries:
        code = country.alpha_2.lower()
        assert normalization.country(country.alpha_2) == normalization.country(f" {country.alpha_3.lower()} ") == code
        assert normalization.country(getattr(country, "common_name", country.name)) == code, country.name


def test_country__knows_the_names_of_the_unicode_project():
    names = Locale("en").territories
    for code in countries.ALPHA2 - {"cd", "cg"}:  # that project writes "Congo - Kinshasa"
        assert normalization.country(names[code.upper()]) == code, names[code.upper()]


def test_country__no_two_countries_share_a_name():
    names = [countries._fold(name) for row in countries._ROWS for name in row[3].split("|")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "gb"),
        ("England", "gb"),
        ("Deutschland", "de"),
        ("The United States of America", "us"),
        ("Österreich", "at"),
        ("Cote d\u2019Ivoire", "ci"),
        ("EL", "gr"),
        ("Россия", "ru"),
        ("Wakanda", ""),
        ("XX", ""),
        ("", ""),
    ],
)
def test_country__takes_what_people_write(text, code):
    assert normalization.country(text) == code


def test_default_country__is_asked_at_each_use(default_country):
    assert normalization.default_country() == ""
    answers = iter(["Germany", "nonsense"])
    default_country(lambda: next(answers))
    assert normalization.default_country() == "de"
    assert normalization.default_country() == ""


def test_default_country__that_is_no_text_is_none(default_country):
    default_country(lambda: None)
    assert normalization.default_country() == ""


def test_set_default_country__gives_back_who_was_asked_before(default_country):
    def france():
        return "France"

    assert default_country(france) is str
    assert default_country(str) is france


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


# --- phones

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


# --- what comes from a browser


@pytest.mark.parametrize(
    "cookie",
    [
        "fb.1.1554763741205.AbCdEfGhIjKlMnOpQrStUvWxYz1234567890",
        "fb.2.1554763741205.IwAR0-_x.AQICAQMC",
        "fb.1.1554763741205.IwAR0.AQ",
        "fb.1.1554763741205.a__DOT__b",
        "fb.1.1554763741205." + "x" * 500,
        "fb.12.1554763741205." + "x" * 500,
        "fb.12.1554763741205." + "x" * 497 + ".AQ",
    ],
)
def test_fbc__passes_verbatim(cookie):
    assert normalization.fbc(f" {cookie} ") == cookie


@pytest.mark.parametrize(
    ("cookie", "whole"),
    [
        ("fb.1.1554763741205.a.click.id.with.dots", "fb.1.1554763741205.a__DOT__click__DOT__id__DOT__with__DOT__dots"),
        ("fb.1.1554763741205.IwAR.three", "fb.1.1554763741205.IwAR__DOT__three"),
        ("fb.1.1554763741205.Iw.AR.AQ", "fb.1.1554763741205.Iw__DOT__AR__DOT__AQ"),
    ],
)
def test_fbc__a_click_ids_own_dots_are_written_as_the_pixel_does(cookie, whole):
    assert normalization.fbc(cookie) == whole


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "fb.1.1554763741.AbC",
        "fb.1.1554763741205.",
        "fb.1.1554763741205",
        "fb.1.1554763741205..x",
        "FB.1.1554763741205.AbC",
        "fb.x.1554763741205.AbC",
        "fb.1.1554763741205.a b",
        "fb.1.1554763741205.a;b",
        "fb.12.1554763741205." + "x" * 501,
        "fb.12.1554763741205." + "x" * 498 + ".AQ",
        "fb.1.\u0661\u0665\u0665\u0664763741205.AbC",
    ],
)
def test_fbc__malformed_is_nothing(cookie):
    assert normalization.fbc(cookie) == ""


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        ("fb.1.1554763741205.AbC", "fb.1.1554763741205.AbC"),
        ("fb.1.17.cut", normalization.browser.MALFORMED_FBC),
        (" ", ""),
        ("", ""),
    ],
)
def test_told_fbc__of_a_malformed_cookie_says_that_it_was_there(cookie, told):
    assert normalization.told_fbc(cookie) == told


@pytest.mark.parametrize("cookie", ["fb.1.1558571054389.1098115397", "fb.1.1558571054389.1098115397.AQICAQMC"])
def test_fbp__passes_verbatim(cookie):
    assert normalization.fbp(cookie) == cookie


@pytest.mark.parametrize("cookie", ["fb.1.1558571054.1098115397", "fb.1.1558571054389.abc", "fb.1.1558571054389.1.2.3"])
def test_fbp__malformed_is_nothing(cookie):
    assert normalization.fbp(cookie) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8.8.8.8", "8.8.8.8"),
        (" 8.8.8.8:443 ", "8.8.8.8"),
        ("172.217.16.14", "172.217.16.14"),
        ("2001:4860:4860:0:0:0:0:8888", "2001:4860:4860::8888"),
        ("[2001:4860:4860::8888]:443", "2001:4860:4860::8888"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("10.0.0.1", ""),
        ("127.0.0.1", ""),
        ("192.168.1.1", ""),
        ("100.64.0.1", ""),
        ("::1", ""),
        ("fe80::1%eth0", ""),
        ("224.0.0.1", ""),
        ("8.8.8.8, 9.9.9.9", ""),
        ("08.8.8.8", ""),
        ("unknown", ""),
        ("8.8.8.8\n", "8.8.8.8"),
    ],
)
def test_client_ip__is_public_or_nothing(text, address):
    assert normalization.client_ip(text) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [("10.0.0.1", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", ""), ("unknown", ""), ("", "")],
)
def test_address__is_any_but_one_of_a_single_machines_own_interface(text, address):
    assert normalization.address(text) == address


@patient
@given(st.ip_addresses(v=4))
def test_client_ip__the_short_way_agrees_with_the_tables(address):
    public = address.is_global and not address.is_multicast
    assert normalization.client_ip(str(address)) == (str(address) if public else "")


def test_user_agent__is_one_bounded_line():
    assert normalization.user_agent("  Mozilla/5.0\r\nX-Evil: 1\x00 ") == "Mozilla/5.0  X-Evil: 1"
    assert len(normalization.user_agent("x" * 5000)) == 1000


# --- hashing


def test_is_hash__takes_sha256_in_either_case_and_nothing_else():
    digest = hashlib.sha256(b"x").hexdigest()
    assert normalization.is_hash(digest)
    assert normalization.is_hash(digest.upper())
    assert not normalization.is_hash(digest[:-1])
    assert not normalization.is_hash(digest + "\n")
    assert not normalization.is_hash("z" * 64)
    assert not normalization.is_hash(hashlib.md5(b"x").hexdigest())


def test_is_hash__the_hash_of_nothing_is_none():
    assert not normalization.is_hash(hashlib.sha256(b"").hexdigest())


@patient
@given(st.text())
@example("\u03390\u0334")  # two accents, kept in order by a digit that goes
def test_rules__never_raise_and_are_stable(text):
    for rule in ("email", "name", "city", "country", "gender", "fbc", "fbp", "client_ip", "user_agent", "currency"):
        once = getattr(normalization, rule)(text)
        assert getattr(normalization, rule)(once) == once or not once
    for rule in ("phone", "date_of_birth", "state", "postal_code"):
        for country in ("", "us", "de"):
            assert isinstance(getattr(normalization, rule)(text, country), str)


@patient
@given(st.text(alphabet=string.digits + "+ ()-./"), st.sampled_from([*sorted(countries.ALPHA2), ""]))
def test_phone__never_raises_whichever_way_it_is_read(text, country):
    dialled = phones._dialled(text.strip(), country) if text.strip() else ""
    for digits in (normalization.phone(text, country), phones.by_table(dialled, country) if dialled else ""):
        assert digits == "" or (digits.isdecimal() and 4 <= len(digits) <= 17)


# --- what shops' forms hold


@pytest.fixture
def date_order():
    """None, until a test sets one; the settings' own is back afterwards."""
    before = normalization.set_date_order(str)
    yield normalization.set_date_order
    normalization.set_date_order(before)


@pytest.mark.parametrize(
    ("order", "country", "result"),
    [("DMY", "", "19950305"), ("MDY", "", "19950503"), ("", "", ""), ("DMY", "us", "19950305"), ("nonsense", "", "")],
)
def test_date_of_birth__is_read_in_the_shops_order(date_order, order, country, result):
    date_order(lambda: order)
    assert normalization.date_of_birth("05/03/1995", country) == result
    assert normalization.date_of_birth("1995-05-03", country) == "19950503"


def test_set_date_order__gives_back_who_was_asked_before(date_order):
    def american():
        return "MDY"

    assert date_order(american) is str
    assert date_order(str) is american


@pytest.mark.parametrize("text", ["16/2/1997", "31.12.1980"])
def test_date_of_birth__that_fits_no_month_of_the_shops_order_is_none(date_order, text):
    date_order(lambda: "MDY")
    assert normalization.date_of_birth(text) == ""


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        ("f", "Female woman Frau weiblich Mujer femenino Señora senora Femme féminin Fe\u0301minin Mme. Mademoiselle"),
        ("m", "Male man Herr Männlich maennlich MANN Hombre masculino señor varon Homme masculin Monsieur"),
    ],
)
def test_gender__knows_four_languages(letter, words):
    assert {word: normalization.gender(word) for word in words.split()} == dict.fromkeys(words.split(), letter)


@pytest.mark.parametrize(
    ("text", "country", "result"),
    [
        ("D-80331", "de", "80331"),
        ("DE 80331", "de", "80331"),
        ("1067", "de", ""),
        ("A-1010", "at", "1010"),
        ("NL-1012 AB", "nl", "1012ab"),
        ("1012", "nl", ""),
        ("SW1A 1AA", "gb", "sw1a1aa"),
        ("SW1A", "gb", ""),
        ("k1a-0b1", "ca", "k1a0b1"),
        ("K1A", "ca", ""),
        ("〒100-0001", "jp", "1000001"),
        ("\uff11\uff10\uff10\uff0d\uff10\uff10\uff10\uff11", "jp", "1000001"),
        ("01310-100", "br", "01310100"),
        ("1310-100", "br", ""),
        ("1000-205", "pt", "1000205"),
        ("00-950", "pl", "00950"),
        ("114 55", "se", "11455"),
        ("SE-114 55", "se", "11455"),
        ("AD500", "ad", "ad500"),
        ("D02 AF30", "ie", "d02af30"),
    ],
)
def test_postal_code__has_its_countrys_form(text, country, result):
    assert normalization.postal_code(text, country) == result


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [("Calif.", "us", "ca"), ("N.Y.", "us", "ny"), ("Mass", "us", "ma"), ("Ont.", "ca", "on"), ("P.E.I.", "ca", "pe")],
)
def test_state__knows_the_old_short_forms(text, country, code):
    assert normalization.state(text, country) == code


def test_phone__without_the_library_is_read_by_the_table(monkeypatch):
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    spec = importlib.util.find_spec("capi_tracking.normalization.phones")
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    assert alone.phone("0171 / 123 45 67", "de") == "491711234567"
    assert alone.phone("011 15-2345-6789", "ar") == "", "which only the library can read"
    assert alone.phone("0171 / 123 45 67") == ""
