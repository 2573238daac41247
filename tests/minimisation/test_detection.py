"""What in a text tells who somebody is, and what only looks like it."""

import re

import pytest

from capi_tracking.minimisation import detection
from capi_tracking.minimisation.detection import CARD, EMAIL, PHONE, TOKEN, found_in, found_in_id

TELLING = {
    EMAIL: [
        "write to anna@example.com please",
        "anna%40example.com",
        "a.b+c@sub.shop.co.uk",
        "müller@bücher.de",
        "anna\uff20example.com",
        "mailto:anna@example.com.",
        "O'Neil <o'neil@example.com>",
    ],
    PHONE: [
        "+49 171 1234567",
        "+49 (0)30 123456",
        "0049 171 1234567",
        "004917112345678",
        "030 1234567",
        "0171/1234567",
        "(0171) 123 45 67",
        "01711234567",
        "015112345678",
        "call 07911 123456 now",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "08 1234 5678",
        "020 7946 0958",
        "+44 20 7946 0958",
        "+1 650-555-1212",
        "(650) 555-1212",
        "650-555-1212",
        "650.555.1212",
        "650 555 1212",
        "1-800-555-1234",
        "tel:+4930123456",
        "Ruf an: 0171-1234567",
        "0171 1234567, bitte",
        "0171\u00a01234567",
    ],
    CARD: [
        "4111 1111 1111 1111",
        "4111111111111111",
        "5555-5555-5555-4444",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "30569309025904",
        "pay with 4242424242424242!",
    ],
    TOKEN: [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh",
        "EAAGm0PX4ZCpsBAKZCZBxyzabc1234567890abcdefgh",
        "c5x2ab-0123456789abcdef0123456789abcdef",
        "sk_live_51H8abcdefGHIJKL0123456789mnop",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "token=dGhpcyBpcyBhIHRlc3QgdG9rZW4gMTIz_x1",
    ],
}
HARMLESS = [
    "", "Kite 12 m²", "iPhone 15 Pro 128 GB", "LEGO 75192 Millennium Falcon", "Nike @ Home", "@nike", "logo@2x.png",
    # articles' numbers
    "EAN 4006381333931", "4006381333931", "4005900 136831", "036000291452", "UPC 012345678905", "0049000006346",
    "GTIN 04006381333931", "12345678901234", "ISBN 978-3-16-148410-0", "9783161484100", "0306406152",
    "SKU-00012345", "0815-4711", "B07XJ8C8F5", "WDB9634031L123456", "06A-906-018", "0 261 231 188", "06A 133 471 E",
    "Corsair CMK16GX4M2B3200C16", "F4-3200C16D-32GTZR", "Shimano 105 R7000 11-28", "M8x100 DIN 933",
    # orders' numbers
    "2024-000123", "100000001", "000000123", "Order 1000123456", "123456789012345678", "120210000000000000",
    # dates and times
    "31.12.2024", "05.11.2024 12:30", "2024-11-05T12:30:00", "12/31/2024", "24.12.-31.12.2024", "2024/2025",
    "05/2024 - 06/2025", "01.02.2024-03.04.2025", "10.10.2024 - 11.11.2025", "2001-2010, 2011-2020",
    # sizes, amounts and places
    "10 x 20 x 30 cm", "256 512 1024 GB", "1920x1080 60 Hz 27 Zoll", "8-10-12-14-16-18", "36 37 38 39 40 41 42 43",
    "Gr. 092 098 104 110", "Size 062/068 074/080", "01 02 03 04", "98 99 00 01 02 03 04", "7.5 8 8.5 9 9.5 10",
    "1.299,00 EUR", "1 000 000 pieces", "+100 200", "0,75 l", "0.5 - 1.5 mm", "52.520008, 13.404954", "192.168.100.200",
    "A4 80g/m2 500 Blatt", "#000000 #ffffff",
    # long words
    "premium-leather-shoes-size-42-brown-special-edition-2024", "550e8400-e29b-41d4-a716-446655440000",
    "Donaudampfschifffahrtsgesellschaftskapitän",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TELLING.items() for text in texts])
def test_found_in__names_what_tells_who_somebody_is(kind, text):
    assert found_in(text) == kind
    assert found_in(f"gift for {text}".replace("for 650 555", "for (650) 555")) == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_found_in__leaves_what_a_shop_calls_its_articles_and_orders(text):
    assert found_in(text) == ""


@pytest.mark.parametrize("text", ["4111111111111112", "4006381333931", "9999999999999995", "41111111111111111"])
def test_found_in__takes_for_a_card_only_what_a_card_may_be(text):
    assert found_in(text) == ""


@pytest.mark.parametrize("text", ["4111111111111111", "+49 171 1234567", "01711234567", "a" * 20 + "1" * 20])
def test_found_in_id__expects_digits_and_long_words(text):
    assert found_in_id(text) == ""


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (EMAIL, "order-anna@example.com"),
        (EMAIL, "anna%40example.com"),
        (TOKEN, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x"),
    ],
)
def test_found_in_id__names_what_no_id_is(kind, text):
    assert found_in_id(text) == kind


@pytest.mark.parametrize(
    "piece", ["a", "1", "1 ", "0 1", "a@", "@", "%40", "a@b.", "+1 ", "00 1 ", "eyJ", "eyJa.", "A1-", "(0"]
)
def test_patterns__find_in_a_long_text_no_more_than_grows_with_it(piece):
    """Each match begins after the one before it, so their lengths together are at most the text's."""
    text = piece * 5000
    for pattern in (detection._at, detection._long, detection._card, detection._phone):
        assert sum(len(match[0]) for match in pattern(text)) <= len(text)


def test_patterns__have_no_repetition_without_a_bound_inside_another():
    """An unbounded one inside another is what makes a pattern look exponentially often."""
    for name, pattern in vars(detection).items():
        found = getattr(getattr(pattern, "__self__", None), "pattern", "")
        assert not re.search(r"[*+]\)?[*+{]", found.replace(r"\+", "")), name
