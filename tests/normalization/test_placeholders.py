"""What somebody wrote to fill a field is no data, and what somebody is called is."""

import pytest

from capi_tracking import normalization
from capi_tracking.events import UserData

EMAILS = [
    "none@none.com",
    "NoReply@shop.com",
    "no-email@gmail.com",
    "test@test.de",
    "a@a.com",
    "jo@mail.invalid",
    "test@shop.invalid",
    "na@na.na",
]
PHONES = ["0000000000", "+10000000000", "111-111-1111", "1234567890", "+49 1234567890", "(999) 999-9999", "0123456789"]
TEXTS = ["N/A", " none ", "Unknown", "xxx", "Keine Angabe", "not provided", "n.a.", "Unknown.", "(none)", "Last-Name"]
IDS = ["None", "null", "0", "-1", "AnonymousUser", "undefined"]
REAL = {
    "email": [
        "test@gmail.com",
        "info@none-such.com",
        "na@kim.com",
        "nobody@shop.com",
        "mail@smith.example",
        "guest@guesthouse.com",
    ],
    "first_name": ["Na", "Guest", "Null", "Test", "Nan'ning", "Xxavier"],
    "last_name": ["Nones", "Unknowne", "Sanders"],
    "phone": ["+49171 7777777", "+1 650 555 1212", "+49 171 1234567", "+33 6 12 34 56 78"],
    "city": ["Nonesuch", "Null", "Na"],
    "external_id": ["10", "00", "none-7", "guest-12"],
}


@pytest.mark.parametrize(
    ("field", "key", "texts"),
    [
        ("email", "em", EMAILS),
        ("phone", "ph", PHONES),
        ("first_name", "fn", TEXTS),
        ("last_name", "ln", TEXTS),
        ("city", "ct", TEXTS),
        ("state", "st", TEXTS),
        ("external_id", "external_id", IDS),
    ],
)
def test_placeholders__are_left_out_and_noted(field, key, texts):
    for text in texts:
        user_data = UserData.of(**{field: text}, country="ES")
        assert user_data.keys == ("country",), text
        assert user_data.notes == (f"{key}: a placeholder",), text


@pytest.mark.parametrize("country", ["", "us", "de"])
def test_placeholders__stand_in_no_state_of_any_country(country):
    assert [normalization.state(text, country) for text in TEXTS] == [""] * len(TEXTS)


@pytest.mark.parametrize("field", REAL)
def test_placeholders__no_word_that_is_a_real_value_is_one(field):
    for text in REAL[field]:
        assert UserData.of(**{field: text}).notes == (), text


def test_placeholders__a_list_keeps_what_is_real():
    user_data = UserData.of(email=["none@none.com", "jo@shop.example"])
    assert user_data.em == (normalization.sha256("jo@shop.example"),)
    assert user_data.notes == ("em: a placeholder",)
