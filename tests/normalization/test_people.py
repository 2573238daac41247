"""Addresses, names, birthdays and genders as people write them."""

import datetime

import pytest
import time_machine

from capi_tracking import normalization

pytestmark = pytest.mark.usefixtures("default_country")


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
