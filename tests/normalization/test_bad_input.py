"""Whatever a form, a field or a program holds: nothing raises, nothing plain comes out, and what is out stays as it is."""

import hashlib
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capi_tracking import normalization
from capi_tracking.events import UserData
from capi_tracking.events.user_data import HASHED

# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

PERSON = (
    "email", "phone", "first_name", "last_name", "date_of_birth", "gender", "city", "state", "postal_code", "country",
    "external_id",
)  # fmt: skip
DIGEST = hashlib.sha256(b"jo@shop.example").hexdigest()
GENERATED = 100_000

ODD = [
    None, b"jo@shop.example", bytearray(b"x"), 0, -1, 10**30, 1.5, float("nan"), True, Decimal("1.0"), object(), UUID(int=7),
    date(1990, 2, 3), datetime(1990, 2, 3, tzinfo=UTC), "", " ", "x" * 10_000, "\u202eelpmaxe.pohs@oj", "jo\u200b@shop.example",
    "\x00\x07\x1b[31m", "\ud800", "🎉", "👩‍👩‍👧", [], [[["jo@shop.example"]]], {"a": 1}, {1}, ("a", ["b"], None), iter("ab"), lambda: 1,
    DIGEST.upper(), f" {DIGEST}\n", hashlib.md5(b"x").hexdigest(), "Jo <jo@shop.example>", '"Jo, Doe" <jo@shop.example>',
    "'; DROP TABLE", "<script>", "\u0130", "ǅ", "ﬁ", "\u0345", "1" * 400, "+" * 400, "." * 400, "@" * 400,
]  # fmt: skip


def is_clean(user_data: UserData) -> bool:
    """Hashes and known reasons alone."""
    hashes = [each for key in HASHED for each in getattr(user_data, key)]
    return all(normalization.is_hash(each) and each == each.lower() for each in hashes)


@pytest.mark.parametrize("field", PERSON)
@pytest.mark.parametrize("value", ODD, ids=[f"{number} {type(value).__name__}" for number, value in enumerate(ODD)])
def test_user_data__takes_anything_and_gives_hashes_alone(field, value):
    assert is_clean(UserData.of(**{field: value, "country": "DE"} if field != "country" else {field: value}))


def test_user_data__a_hundred_thousand_generated_values_raise_nothing():
    chance = random.Random(9)
    signs = [
        *"aZ09 @.+-()'/,;:#x",
        "\u0301",
        "\u200b",
        "\u202e",
        "é",
        "ß",
        "정",
        "\u0663",
        "\uff11",
        "\x00",
        "🎉",
        "\ud800",
        "İ",
    ]
    for number in range(GENERATED):
        text = "".join(chance.choices(signs, k=chance.randrange(1, 16)))
        field = PERSON[number % len(PERSON)]
        assert is_clean(UserData.of(**{field: text})), ascii(text)


@patient
@given(st.sampled_from(PERSON), st.text(min_size=4))
def test_user_data__shows_nothing_of_what_it_was_given(field, text):
    user_data = UserData.of(**{field: f"{text}QQ@shop.example"})
    shown = user_data.as_json() + repr(user_data) + " ".join(user_data.notes)
    assert "QQ" not in shown
    assert "qq@" not in shown


@pytest.mark.parametrize("written", [DIGEST, DIGEST.upper(), f"  {DIGEST}\t"])
def test_user_data__passes_on_a_hash_in_lower_case(written):
    assert UserData.of(email=written).em == (DIGEST,)


@pytest.mark.parametrize("value", [hashlib.md5(b"jo@shop.example").hexdigest(), hashlib.sha256(b"").hexdigest()])
def test_user_data__an_md5_and_the_hash_of_nothing_are_left_out(value):
    assert UserData.of(email=value, country="DE").keys == ("country",)


@patient
@given(st.text(), st.sampled_from(["", "us", "ca", "gb", "de", "br", "jp"]))
def test_rules__give_what_they_would_leave_as_it_is(text, country):
    for rule in (normalization.state, normalization.postal_code):
        once = rule(text, country)
        assert not once or rule(once, country) == once, (rule, country)
    if once := normalization.phone(text, country):
        assert normalization.phone(f"+{once}", country) == once
    assert not (once := normalization.email(text)) or normalization.email(once) == once
