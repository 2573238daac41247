"""The door of customer data: hashed, noted or plain, and never raised."""

import copy
import dataclasses
import datetime
import enum
import hashlib
import json
import pickle
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capi_tracking import normalization
from capi_tracking.events import (
    UserData,
    encode,
)
from capi_tracking.events.intake import MAX_VALUES
from capi_tracking.events.user_data import HASHED, PlainUserData
from tests.events.building import digest, make_event, patient, refused

pytestmark = pytest.mark.usefixtures("default_country")

CLICK = "fb.1.1554763741205.AbCdEf"


# -- user data: the door ---------------------------------------------------------------------------------------------


def test_user_data__hashes_every_key_after_normalising():
    user_data = UserData.of(
        email=" John_Smith@gmail.com",
        phone="(650)555-1212",
        first_name="Mary",
        last_name="O'Connor",
        date_of_birth=datetime.date(1997, 2, 16),
        gender="Female",
        city="New York",
        state="California",
        postal_code=94035,
        country="United States",
        external_id=" Customer-7 ",
    )
    assert user_data.as_payload() == {
        "em": [digest("john_smith@gmail.com")],
        "ph": [digest("16505551212")],
        "fn": [digest("mary")],
        "ln": [digest("oconnor")],
        "db": [digest("19970216")],
        "ge": [digest("f")],
        "ct": [digest("newyork")],
        "st": [digest("ca")],
        "zp": [digest("94035")],
        "country": [digest("us")],
        "external_id": [digest("Customer-7")],
    }
    assert user_data.notes == ()


def test_user_data__keeps_plain_what_meta_wants_plain():
    plain = {
        "client_ip_address": "8.8.8.8",
        "client_user_agent": "Mozilla/5.0",
        "fbc": CLICK,
        "fbp": "fb.1.1558571054389.1098115397",
        "subscription_id": "sub-1",
        "madid": "38400000-8cf0-11bd-b23e-10b96e40000d",
        "anon_id": "anon",
        "page_id": "1",
        "page_scoped_user_id": "2",
        "ctwa_clid": "Aff-n8",
        "ig_account_id": "3",
        "ig_sid": "4",
    }
    user_data = UserData.of(**plain, fb_login_id=123, lead_id="525645896321548")
    assert user_data.as_payload() == {**plain, "fb_login_id": 123, "lead_id": 525645896321548}


def test_user_data__takes_every_key_of_the_contract():
    door = {"email": "em", "phone": "ph", "first_name": "fn", "last_name": "ln", "date_of_birth": "db", "gender": "ge"}
    door |= {"city": "ct", "state": "st", "postal_code": "zp"}
    keys = {door.get(name, name) for name in PlainUserData.__annotations__}
    assert keys == {field.name for field in dataclasses.fields(UserData)} - {"notes"}


def test_user_data__a_misspelt_name_is_the_callers_mistake():
    with pytest.raises(TypeError, match="emial"):
        UserData.of(emial="a@example.com")


def test_user_data__nothing_given_is_nothing_noted():
    empty = UserData.of(email="", phone=None, first_name="  ", city=[], state=["", None])
    assert empty == UserData()
    assert empty.as_payload() == {}


def test_user_data__what_is_left_out_is_noted_without_its_value():
    user_data = UserData.of(
        email="not-an-address", phone="0171 1234567", fbc="fb.1.1554763741.x", client_ip_address="10.0.0.1"
    )
    assert user_data.as_payload() == {}
    assert user_data.notes == (
        "em: not an e-mail address",
        "ph: no country code",
        "fbc: malformed",
        "client_ip_address: not a public address",
    )


def test_user_data__a_phone_of_letters_is_noted():
    assert UserData.of(phone="call me", country="us").notes == ("ph: not a phone number",)


def test_user_data__hashes_pass_and_are_lowered():
    hashed = digest("a@example.com")
    assert UserData.of(email=hashed.upper(), external_id=hashed).as_payload() == {
        "em": [hashed],
        "external_id": [hashed],
    }


@pytest.mark.parametrize("foreign", [hashlib.md5(b"a@example.com").hexdigest(), digest("")])
def test_user_data__an_md5_or_the_hash_of_nothing_is_not_hashed_again(foreign):
    user_data = UserData.of(email=foreign, first_name=foreign, city=foreign, postal_code=foreign)
    assert user_data.as_payload() == {}
    assert len(user_data.notes) == 4


def test_user_data__an_external_id_may_look_like_an_md5():
    key = uuid.uuid4().hex
    assert UserData.of(external_id=key).external_id == (digest(key),)


def test_user_data__lists_keep_their_order_without_repeats():
    user_data = UserData.of(email=["b@example.com", "a@example.com", "B@example.com ", "nonsense"])
    assert user_data.em == (digest("b@example.com"), digest("a@example.com"))
    assert user_data.notes == ("em: not an e-mail address",)


def test_user_data__lists_are_bounded():
    user_data = UserData.of(email=[f"a{number}@example.com" for number in range(50)])
    assert len(user_data.em) == MAX_VALUES
    assert user_data.notes == (f"em: more than {MAX_VALUES} values",)


def test_user_data__one_value_alone_where_meta_takes_no_list():
    assert UserData.of(fbp=["fb.1.1558571054389.1098115397"]).notes == ("fbp: not text",)


def test_user_data__phones_take_the_country_at_hand():
    assert UserData.of(phone="0171 1234567", country="DE").ph == (digest("491711234567"),)
    assert UserData.of(phone="0171 1234567", country=["Germany"]).ph == (digest("491711234567"),)


def test_user_data__phones_take_the_shops_country_if_no_other_is_known(default_country):
    default_country(lambda: "de")
    assert UserData.of(phone="0171 1234567").ph == (digest("491711234567"),)
    assert UserData.of(phone="020 7946 0958", country="gb").ph == (digest("442079460958"),)
    assert UserData.of(phone="0171 1234567").country == ()
    assert UserData.of(phone="0171 1234567", country="Wakanda").ph == ()


def test_user_data__takes_objects_that_write_themselves():
    class Choice(enum.StrEnum):
        FEMALE = "f"

    class Number:
        def __str__(self):
            return "+491711234567"

    user_data = UserData.of(gender=Choice.FEMALE, phone=Number(), external_id=uuid.UUID(int=7))
    assert user_data.ge == (digest("f"),)
    assert user_data.ph == (digest("491711234567"),)
    assert user_data.external_id == (digest(str(uuid.UUID(int=7))),)


class Hostile:
    """Raises wherever it is touched."""

    def __str__(self):
        raise RuntimeError("secret@example.com")

    __repr__ = __eq__ = __iter__ = __len__ = __bool__ = __str__
    __hash__ = None


HOSTILE = [
    Hostile(),
    b"a@example.com",
    bytearray(b"x"),
    1.5,
    True,
    object(),
    {"a": 1},
    {1, 2},
    [["a"]],
    "\ud800",
    "x" * 5000,
]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("name", PlainUserData.__annotations__)
def test_user_data__no_value_raises(name, value):
    user_data = UserData.of(**{name: value})
    assert user_data.notes or name == "client_user_agent"
    assert "secret" not in repr(user_data.notes)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.emails() | st.dates(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner) | st.sets(st.text()),
    max_leaves=5,
)


@patient
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(PlainUserData.__annotations__, ANYTHING)))
def test_user_data__any_input_gives_hashes_and_no_error(plain):
    user_data = UserData.of(**plain)
    payload = user_data.as_payload()
    for key in HASHED:
        assert all(normalization.is_hash(value) for value in payload.get(key, []))
    assert json.loads(encode(payload)) == payload


@patient
@given(st.text(min_size=5), st.sampled_from(["email", "first_name", "city", "external_id", "phone", "postal_code"]))
def test_user_data__no_plain_text_comes_out(text, name):
    user_data = UserData.of(**{name: text})
    everything = json.dumps(user_data.as_payload()) + repr(user_data) + str(user_data.notes)
    known = {"address", "phone", "number", "postal", "country", "e-mail", "external_id", "UserData", "name", "text"}
    assert text not in everything or any(text in word for word in (*known, repr(user_data), *user_data.notes))


@patient
@given(st.emails(), st.text(), st.dates())
def test_user_data__hashes_fed_again_stay_the_same(email, name, born):
    once = UserData.of(email=email, first_name=name, date_of_birth=born, external_id=name, country="de")
    again = UserData.of(
        email=list(once.em),
        first_name=list(once.fn),
        date_of_birth=list(once.db),
        external_id=list(once.external_id),
        country=list(once.country),
    )
    assert again.as_payload() == once.as_payload()


@pytest.mark.parametrize("value", [("a@example.com",), "a@example.com", [digest("a")], (digest("a").upper(),), (b"x",)])
def test_user_data__built_by_hand_refuses_plain_text(value):
    assert "example" not in refused("em", UserData, em=value)


def test_user_data__built_by_hand_takes_hashes():
    hashed = digest("a@example.com")
    assert UserData(em=(hashed,)) == UserData.of(email="a@example.com")
    assert dataclasses.replace(UserData.of(email="a@example.com"), fbc=CLICK).keys == ("em", "fbc")


def test_user_data__shows_its_keys_and_never_its_values():
    user_data = UserData.of(email="a@example.com", client_ip_address="8.8.8.8", client_user_agent="Mozilla")
    assert repr(user_data) == "UserData(em, client_ip_address, client_user_agent)"
    assert "8.8.8.8" not in repr(make_event(user_data=user_data))


def test_user_data__survives_copy_and_pickle():
    user_data = UserData.of(email="a@example.com", fbc=CLICK)
    assert copy.deepcopy(user_data) == pickle.loads(pickle.dumps(user_data)) == user_data


@pytest.mark.parametrize(
    ("plain", "too_broad"),
    [
        ({}, True),
        ({"client_user_agent": "Mozilla"}, True),
        ({"city": "Paris", "country": "fr", "postal_code": "75001", "gender": "f", "client_user_agent": "M"}, True),
        ({"date_of_birth": "1997-02-16", "client_user_agent": "Mozilla"}, True),
        ({"first_name": "Mary", "gender": "f"}, True),
        ({"last_name": "Smith", "gender": "f"}, True),
        ({"first_name": "Mary"}, True),
        ({"first_name": "Mary", "last_name": "Smith"}, False),
        ({"date_of_birth": "1997-02-16", "city": "Paris"}, False),
        ({"client_ip_address": "8.8.8.8"}, False),
        ({"fbp": "fb.1.1558571054389.1098115397", "client_user_agent": "Mozilla"}, False),
        ({"external_id": "7"}, False),
    ],
)
def test_user_data__tells_what_is_too_broad_for_meta(plain, too_broad):
    assert UserData.of(**plain).too_broad is too_broad


# -- events ----------------------------------------------------------------------------------------------------------


def test_user_data__a_hash_with_spaces_around_it_is_not_hashed_again():
    hashed = digest("mary")
    assert UserData.of(first_name=f"{hashed} ", city=f"\t{hashed}\n").as_payload() == {"fn": [hashed], "ct": [hashed]}


@pytest.mark.parametrize("text", ["a\nb", "\ud800", 5, ("a",), None])
def test_user_data__built_by_hand_refuses_what_is_no_text(text):
    refused("client_user_agent", UserData, client_user_agent=text)
