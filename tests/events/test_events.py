"""Values: what may be built, what is refused, and the dict that Meta takes."""

import copy
import dataclasses
import datetime
import enum
import hashlib
import json
import pickle
import uuid
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capi_tracking import normalization
from capi_tracking.events import (
    MAX_CONTENTS,
    ActionSource,
    Content,
    CustomData,
    Event,
    StandardEvent,
    UserData,
    encode,
    encoding,
)
from capi_tracking.events.user_data import HASHED, MAX_VALUES, PlainUserData
from capi_tracking.exceptions import InvalidEvent

# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

LIMITS = ("data_processing_options", "data_processing_options_country", "data_processing_options_state")
NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
CLICK = "fb.1.1554763741205.AbCdEf"


def make_event(**changes):
    return Event(**{"name": "Lead", "event_time": NOON, "event_id": "id-1", **changes})


def make_purchase(**changes):
    return make_event(name="Purchase", custom_data=CustomData(value=Decimal("9.90"), currency="EUR"), **changes)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def refused(field, build, *args, **kwargs):
    with pytest.raises(InvalidEvent) as refusal:
        build(*args, **kwargs)
    assert refusal.value.field == field
    return str(refusal.value)


@pytest.fixture(autouse=True)
def default_country():
    """None, until a test sets one; the settings' own is back afterwards."""
    before = normalization.set_default_country(str)
    yield normalization.set_default_country
    normalization.set_default_country(before)


# --- names


def test_standard_event__are_seventeen_and_page_view():
    assert len(StandardEvent) == 18
    assert StandardEvent.PAGE_VIEW == "PageView"


def test_action_source__are_nine():
    assert len(ActionSource) == 9


# --- user data: the door


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


# --- money


@pytest.mark.parametrize(
    ("given_value", "number"),
    [
        (Decimal("9.90"), 9.9),
        (Decimal("10.00"), 10),
        (10, 10),
        (0.1, 0.1),
        ("19.99", 19.99),
        (" 5 ", 5),
        (0, 0),
        (Decimal("123456789012.34"), 123456789012.34),
    ],
)
def test_custom_data__money_is_a_number_without_float_noise(given_value, number):
    payload = CustomData(value=given_value, currency="eur").as_payload()
    assert payload == {"value": number, "currency": "EUR"}
    assert type(payload["value"]) is type(number)


@patient
@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_custom_data__money_reads_back_as_it_was(value):
    text = encode(CustomData(value=value, currency="KWD").as_payload())
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal)["value"] == value


@pytest.mark.parametrize(
    "value",
    [
        "9,90",
        "1.234,56",
        "1 000",
        "abc",
        "1e5",
        -1,
        "-0.01",
        True,
        b"1",
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        10**15,
    ],
)
@pytest.mark.parametrize("field", ["value", "predicted_ltv"])
def test_custom_data__refuses_what_is_no_amount(field, value):
    refused(field, CustomData, **{field: value}, currency="EUR")


def test_custom_data__a_price_with_a_comma_says_what_to_write():
    assert "decimal point" in refused("contents.item_price", Content, id="a", item_price="9,90")


def test_custom_data__profit_may_be_negative_and_ltv_not_zero():
    assert CustomData(net_revenue=-3, currency="EUR").as_payload()["net_revenue"] == -3
    refused("predicted_ltv", CustomData, predicted_ltv=0, currency="EUR")


@pytest.mark.parametrize("currency", ["EURO", "€", "XXX", "12"])
def test_custom_data__refuses_a_currency_that_iso_does_not_know(currency):
    refused("currency", CustomData, value=1, currency=currency)
    refused("currency", CustomData, currency=currency)


@pytest.mark.parametrize("field", ["value", "predicted_ltv", "net_revenue"])
def test_custom_data__money_needs_a_currency(field):
    refused("currency", CustomData, **{field: 1})


def test_custom_data__takes_money_objects_by_their_shape():
    money = SimpleNamespace(amount=Decimal("5.50"), currency="USD")
    assert CustomData(value=money).as_payload() == {"value": 5.5, "currency": "USD"}
    refused("currency", CustomData, value=money, currency="EUR")


# --- contents


def test_content__gives_its_payload_without_what_is_empty():
    assert Content(id="sku", quantity=2, item_price="9.90", title="Mug").as_payload() == {
        "id": "sku",
        "quantity": 2,
        "item_price": 9.9,
        "title": "Mug",
    }
    assert Content(id=7).as_payload() == {"id": "7", "quantity": 1}
    assert Content(id="a", brand="B").as_payload() == {"id": "a", "quantity": 1, "brand": "B"}
    assert Content(id="a", quantity=Decimal("2.0")).quantity == 2


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("contents.id", {"id": ""}),
        ("contents.id", {"id": None}),
        ("contents.id", {"id": "x" * 300}),
        ("contents.id", {"id": "a\nb"}),
        ("contents.quantity", {"quantity": 0}),
        ("contents.quantity", {"quantity": 1.5}),
        ("contents.quantity", {"quantity": True}),
        ("contents.quantity", {"quantity": "2"}),
        ("contents.quantity", {"quantity": float("nan")}),
        ("contents.quantity", {"quantity": float("inf")}),
        ("contents.quantity", {"quantity": Decimal("sNaN")}),
        ("contents.item_price", {"item_price": -1}),
        ("contents.delivery_category", {"delivery_category": "drone"}),
        ("contents.title", {"title": b"x"}),
    ],
)
def test_content__refuses_and_names_the_field(field, changes):
    refused(field, Content, **{"id": "a", **changes})


def test_custom_data__contents_are_bounded_and_of_one_kind():
    CustomData(contents=[Content(id="a")] * MAX_CONTENTS)
    refused("contents", CustomData, contents=[Content(id="a")] * (MAX_CONTENTS + 1))
    refused("contents", CustomData, contents=[{"id": "a"}])
    refused("contents", CustomData, contents="abc")
    refused("content_ids", CustomData, content_ids=["a", ""])


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("content_type", {"content_type": "goods"}),
        ("delivery_category", {"delivery_category": "drone"}),
        ("num_items", {"num_items": -1}),
        ("order_id", {"order_id": "x" * 300}),
        ("store_data", {"store_data": {"street": 1}}),
        ("extra", {"extra": {"value": 1}}),
        ("extra", {"extra": {"": 1}}),
        ("extra", {"extra": {7: 1}}),
        ("extra", {"extra": [1]}),
        ("extra", {"extra": {"a": float("nan")}}),
        ("extra", {"extra": {"a": 2**70}}),
        ("extra", {"extra": {"a": object()}}),
        ("extra", {"extra": {"a": [[[[[[1]]]]]]}}),
    ],
)
def test_custom_data__refuses_and_names_the_field(field, changes):
    refused(field, CustomData, **changes)


FULL = {
    "value": Decimal("9.90"),
    "currency": "EUR",
    "content_ids": ["a", "b"],
    "content_type": "product",
    "contents": [Content(id="a", item_price=1, delivery_category="curbside", brand="B", category="C")],
    "content_name": "Mugs",
    "content_category": "Kitchen",
    "order_id": 1001,
    "num_items": 0,
    "search_string": "mug",
    "status": False,
    "predicted_ltv": 20,
    "net_revenue": "0",
    "delivery_category": "in_store",
    "item_number": "1",
    "store_data": {"store_code": "7"},
    "extra": {"margin": Decimal("1.50"), "at": NOON, "tags": ("a", None, True), "key": uuid.UUID(int=1)},
}


def test_custom_data__gives_every_key_as_meta_spells_it():
    assert CustomData(**FULL).as_payload() == {
        "value": 9.9,
        "currency": "EUR",
        "content_ids": ["a", "b"],
        "content_type": "product",
        "contents": [
            {"id": "a", "quantity": 1, "item_price": 1, "delivery_category": "curbside", "brand": "B", "category": "C"}
        ],
        "content_name": "Mugs",
        "content_category": "Kitchen",
        "order_id": "1001",
        "num_items": 0,
        "search_string": "mug",
        "status": False,
        "predicted_ltv": 20,
        "net_revenue": 0,
        "delivery_category": "in_store",
        "item_number": "1",
        "store_data": {"store_code": "7"},
        "margin": 1.5,
        "at": NOON.isoformat(),
        "tags": ["a", None, True],
        "key": str(uuid.UUID(int=1)),
    }


def test_custom_data__later_changes_of_the_callers_objects_do_not_reach_it():
    extra, contents = {"a": [1]}, [Content(id="a")]
    custom_data = CustomData(extra=extra, contents=contents)
    extra["a"].append(2)
    contents.append(Content(id="b"))
    assert custom_data.as_payload() == {"a": [1], "contents": [{"id": "a", "quantity": 1}]}


@pytest.mark.parametrize("custom_data", [CustomData(), CustomData(**FULL)])
def test_from_json__is_the_way_back_from_a_payload(custom_data):
    text = encode(custom_data.as_payload())
    again = CustomData.from_json(json.loads(text))
    assert again == custom_data
    assert encode(again.as_payload()) == text


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("custom_data", []),
        ("custom_data", None),
        ("value", {"value": True, "currency": "EUR"}),
        ("value", {"value": [1], "currency": "EUR"}),
        ("value", {"value": "9,90", "currency": "EUR"}),
        ("currency", {"value": 1, "currency": 978}),
        ("contents", {"contents": {"id": "a"}}),
        ("contents", {"contents": ["a"]}),
        ("contents", {"contents": [{"id": "a", "price": 1}]}),
        ("contents", {"contents": [{"id": 7}]}),
        ("contents.id", {"contents": [{"quantity": 1}]}),
        ("contents.quantity", {"contents": [{"id": "a", "quantity": "1"}]}),
        ("content_ids", {"content_ids": "abc"}),
        ("content_ids", {"content_ids": [["a"]]}),
        ("num_items", {"num_items": "2"}),
        ("store_data", {"store_data": "x"}),
        ("content_name", {"content_name": 5}),
        ("extra", {"extra key\n": 1}),
    ],
)
def test_from_json__is_strict_and_names_the_field(field, data):
    refused(field, CustomData.from_json, data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@patient
@given(st.dictionaries(st.sampled_from(sorted(FULL)) | st.text(), JSON))
def test_from_json__takes_or_refuses_and_never_breaks(data):
    try:
        payload = CustomData.from_json(data).as_payload()
    except InvalidEvent:
        return
    assert json.loads(encode(payload)) == payload


# --- events


def test_event__gives_the_payload_that_meta_takes():
    event = make_purchase(
        event_time=NOON + datetime.timedelta(milliseconds=999),
        event_source_url="https://shop.example/thanks",
        referrer_url="https://shop.example/cart",
        user_data=UserData.of(email="a@example.com"),
    )
    assert event.as_payload() == {
        "event_name": "Purchase",
        "event_time": 1795348800,
        "event_id": "id-1",
        "action_source": "website",
        "event_source_url": "https://shop.example/thanks",
        "referrer_url": "https://shop.example/cart",
        "user_data": {"em": [digest("a@example.com")]},
        "custom_data": {"value": 9.9, "currency": "EUR"},
    }


def test_event__gives_its_rare_keys_too():
    rare = {
        "opt_out": False,
        "data_processing_options": ["LDU"],
        "data_processing_options_country": 1,
        "data_processing_options_state": 1000,
        "customer_segmentation": "new_customer_to_business",
        "attribution_data": {"scope": "click"},
        "app_data": {"extinfo": ["a2", ""]},
        "messaging_channel": "whatsapp",
        "advanced_measurement_table": "t",
    }
    event = make_event(**rare, original_event_data={"event_name": "Purchase", "event_time": NOON, "order_id": "7"})
    original = {"event_name": "Purchase", "event_time": 1795348800, "order_id": "7"}
    base = {"event_name": "Lead", "event_time": 1795348800, "event_id": "id-1", "action_source": "website"}
    assert event.as_payload() == {**base, **rare, "original_event_data": original}


def test_event__time_zones_do_not_change_the_moment():
    elsewhere = NOON.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    assert make_event(event_time=elsewhere).as_payload() == make_event().as_payload()


def test_event__makes_an_id_where_none_is_given():
    first, second = make_event(event_id=""), make_event(event_id="")
    assert first.event_id != second.event_id
    assert uuid.UUID(first.event_id).version == 4


def test_event__takes_the_words_of_its_enums():
    event = make_event(name=StandardEvent.CONTACT, action_source=ActionSource.PHONE_CALL)
    assert event == make_event(name="Contact", action_source="phone_call")
    assert type(event.name) is type(event.action_source) is str


EXTINFO = ["a2", "", "", "", "14", *[""] * 11]
APP = {"advertiser_tracking_enabled": True, "application_tracking_enabled": "0", "extinfo": EXTINFO}
WHATSAPP = {"action_source": "business_messaging", "messaging_channel": "whatsapp", "name": "ViewContent"}


@pytest.mark.parametrize("source", ActionSource)
def test_event__takes_every_action_source(source):
    more = {"app": {"app_data": APP}, "business_messaging": WHATSAPP}.get(source, {})
    assert make_event(**{"action_source": source, **more}).action_source == source


def test_event__writes_what_a_person_allowed_an_app_as_meta_does():
    sent = make_event(
        action_source="app", app_data=APP | {"extinfo": [*EXTINFO[:3], None, 14, *EXTINFO[5:]]}
    ).as_payload()
    assert sent["app_data"] == {"advertiser_tracking_enabled": 1, "application_tracking_enabled": 0, "extinfo": EXTINFO}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("app_data", {}),
        ("app_data.extinfo", {"app_data": {name: APP[name] for name in APP if name != "extinfo"}}),
        ("app_data.extinfo", {"app_data": APP | {"extinfo": EXTINFO[:15]}}),
        ("app_data.extinfo", {"app_data": APP | {"extinfo": ["w2", *EXTINFO[1:]]}}),
        ("app_data.extinfo", {"app_data": APP | {"extinfo": [*EXTINFO[:4], " ", *EXTINFO[5:]]}}),
        ("app_data.extinfo", {"app_data": APP | {"extinfo": "a2"}}),
        ("app_data.extinfo", {"app_data": APP | {"extinfo": [[]] * 16}}),
        ("app_data.advertiser_tracking_enabled", {"app_data": APP | {"advertiser_tracking_enabled": None}}),
        ("app_data.application_tracking_enabled", {"app_data": APP | {"application_tracking_enabled": "yes"}}),
        ("app_data.application_tracking_enabled", {"app_data": APP | {"application_tracking_enabled": []}}),
    ],
)
def test_event__of_an_app_without_what_meta_wants_is_refused(field, changes):
    refused(field, make_event, action_source="app", **changes)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("messaging_channel", {"messaging_channel": "pigeon"}),
        ("event_name", {"name": "Search"}),
        ("user_data.page_id", {"user_data": UserData.of(ctwa_clid="click")}),
    ],
)
def test_event__of_a_chat_without_what_meta_wants_is_refused(field, changes):
    refused(field, make_event, **WHATSAPP | changes)
    make_event(**WHATSAPP | {"messaging_channel": "messenger", "name": "Search"})
    make_event(**WHATSAPP | {"user_data": UserData.of(ctwa_clid="click", page_id="1")})


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("event_name", {"name": ""}),
        ("event_name", {"name": "x" * 101}),
        ("event_name", {"name": " Lead"}),
        ("event_name", {"name": "Le\nad"}),
        ("event_name", {"name": None}),
        ("event_time", {"event_time": datetime.datetime(2026, 11, 22, 12, 0)}),  # noqa: DTZ001
        ("event_time", {"event_time": datetime.date(2026, 11, 22)}),
        ("event_time", {"event_time": 1795348800}),
        ("action_source", {"action_source": "web"}),
        ("action_source", {"action_source": ""}),
        ("action_source", {"action_source": None}),
        ("event_id", {"event_id": "with space"}),
        ("event_id", {"event_id": "x" * 101}),
        ("event_id", {"event_id": "a\x00b"}),
        ("event_id", {"event_id": None}),
        ("user_data", {"user_data": {"em": "x"}}),
        ("custom_data", {"custom_data": {"value": 1}}),
        ("value", {"name": "Purchase"}),
        ("value", {"name": "Purchase", "custom_data": CustomData(currency="EUR")}),
        ("messaging_channel", {"action_source": "business_messaging"}),
        ("customer_segmentation", {"customer_segmentation": "stranger"}),
        ("opt_out", {"opt_out": 1}),
        ("original_event_data", {"original_event_data": {"name": "x"}}),
        ("event_time", {"original_event_data": {"event_time": datetime.datetime(2026, 1, 1)}}),  # noqa: DTZ001
        ("app_data", {"app_data": "x"}),
        ("event_source_url", {"event_source_url": "https://shop.example/\x00"}),
    ],
)
def test_event__refuses_and_names_the_field(field, changes):
    refused(field, make_event, **changes)


@pytest.mark.parametrize(
    ("options", "country", "state", "sent"),
    [
        (["LDU"], None, None, (["LDU"], 0, 0)),
        (["LDU"], 1, None, (["LDU"], 1, 0)),
        (["LDU"], 1, 1013, (["LDU"], 1, 1013)),
        ([], None, None, ([], None, None)),
        (None, None, None, (None, None, None)),
    ],
)
def test_event__limited_data_use_is_located_by_meta_unless_said(options, country, state, sent):
    event = make_event(
        data_processing_options=options, data_processing_options_country=country, data_processing_options_state=state
    )
    names = ("data_processing_options", "data_processing_options_country", "data_processing_options_state")
    assert tuple(event.as_payload().get(name) for name in names) == sent
    assert dataclasses.replace(event) == event


@pytest.mark.parametrize(
    ("field", "options", "country", "state"),
    [
        ("data_processing_options", ["GDPR"], None, None),
        ("data_processing_options", "LDU", None, None),
        ("data_processing_options", None, 1, 1000),
        ("data_processing_options", [], 1, 0),
        ("data_processing_options_country", ["LDU"], 49, 0),
        ("data_processing_options_country", ["LDU"], True, 0),
        ("data_processing_options_country", ["LDU"], None, 1000),
        ("data_processing_options_country", ["LDU"], 0, 1000),
        ("data_processing_options_state", ["LDU"], 1, 5),
        ("data_processing_options_state", ["LDU"], 1, [1000]),
    ],
)
def test_event__limited_data_use_must_be_consistent(field, options, country, state):
    place = {"data_processing_options_country": country, "data_processing_options_state": state}
    refused(field, make_event, data_processing_options=options, **place)


def test_event__a_website_event_may_lack_its_address_and_its_person():
    assert make_event().user_data.too_broad


def test_event__a_long_address_loses_its_query():
    long = "https://shop.example/search?q=" + "x" * 3000
    assert make_event(event_source_url=long).event_source_url == "https://shop.example/search"


def test_event__can_not_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_event().name = "Other"


@pytest.mark.parametrize("orjson", [encoding.orjson, None], ids=["orjson", "json"])
def test_event__its_json_is_its_payload(monkeypatch, orjson):
    monkeypatch.setattr(encoding, "orjson", orjson)
    event = make_purchase(user_data=UserData.of(email="a@example.com", client_user_agent="Möz/1 \U0001f600 </script>"))
    text = event.as_json()
    assert json.loads(text) == event.as_payload()
    assert "\n" not in text
    assert ", " not in text


def written_by(monkeypatch, library, event):
    monkeypatch.setattr(encoding, "orjson", library)
    return event.as_json()


@pytest.mark.skipif(encoding.orjson is None, reason="orjson is an extra")
@pytest.mark.parametrize(
    ("user", "data"),
    [
        ({"lead_id": "1234567890123456", "email": ["a@example.com", "b@example.com"]}, {"extra": {'k"ey': [1, 2.5]}}),
        ({"email": "nobody", "fbp": "fb.1.1700000000000.1"}, {"extra": {"own": "é\u2028"}}),
        ({"email": "nobody"}, {"content_ids": ["a", "b"], "status": True, "num_items": 2}),
        ({}, {"contents": [Content(id="a", title='"T"'), Content(id="b", item_price="", brand="B"), Content(id="c")]}),
        ({}, {"contents": [Content(id="a", item_price=Decimal("1234567890123.10"), quantity=3)], "store_data": {}}),
        ({}, {"predicted_ltv": Decimal("1E+2"), "net_revenue": Decimal("-0.50")}),
    ],
)
def test_event__its_text_is_the_same_with_orjson_and_without(monkeypatch, user, data):
    data = CustomData(value=Decimal("10.00"), currency="EUR", **data)
    event = make_event(name="Purchase", user_data=UserData.of(**user), custom_data=data)
    assert written_by(monkeypatch, encoding.orjson, event) == written_by(monkeypatch, None, event)


@pytest.mark.parametrize("base", [Event, UserData, CustomData, Content])
def test_values__have_no_subclasses_as_theirs_would_know_no_rules(base):
    with pytest.raises(TypeError, match="subclass"):
        type("Own", (base,), {})


def test_values__an_unknown_or_missing_name_is_the_callers_mistake():
    with pytest.raises(TypeError, match="titel"):
        Content(id="a", titel="Mug")
    with pytest.raises(TypeError, match="valeu"):
        CustomData(valeu=1)
    with pytest.raises(TypeError, match="event_time"):
        Event(name="Lead")
    with pytest.raises(TypeError, match="id"):
        Content(title="Mug")


HOSTILE_TEXT = 'a"b\\c</script>\u2028\x00\n\t\U0001f600é'


def test_event__hostile_text_stays_one_text_of_its_json():
    data = CustomData(
        content_name=HOSTILE_TEXT, contents=[Content(id='a"b\\', title=HOSTILE_TEXT)], extra={'k"ey': HOSTILE_TEXT}
    )
    payload = make_event(custom_data=data, user_data=UserData.of(client_user_agent='Moz"illa\\')).as_payload()
    assert payload["custom_data"]["content_name"] == payload["custom_data"]['k"ey'] == HOSTILE_TEXT
    assert payload["custom_data"]["contents"] == [{"id": 'a"b\\', "quantity": 1, "title": HOSTILE_TEXT}]
    assert payload["user_data"] == {"client_user_agent": 'Moz"illa\\'}


@pytest.mark.parametrize(
    ("exact", "text"),
    [("0", "0"), ("-0.00", "0"), ("0E-10", "0"), ("1E+2", "100"), ("10.00", "10"), ("19.90", "19.9"), ("0.10", "0.1")],
)
def test_custom_data__money_is_written_without_idle_digits(exact, text):
    assert CustomData(value=Decimal(exact), currency="EUR").as_json() == f'{{"value":{text},"currency":"EUR"}}'


def test_custom_data__takes_money_whose_amount_is_a_decimal_of_its_own():
    money = SimpleNamespace(amount=type("Exact", (Decimal,), {})("9.90"), currency="EUR")
    assert CustomData(value=money).as_payload() == {"value": 9.9, "currency": "EUR"}


def test_user_data__a_hash_with_spaces_around_it_is_not_hashed_again():
    hashed = digest("mary")
    assert UserData.of(first_name=f"{hashed} ", city=f"\t{hashed}\n").as_payload() == {"fn": [hashed], "ct": [hashed]}


@pytest.mark.parametrize("text", ["a\nb", "\ud800", 5, ("a",), None])
def test_user_data__built_by_hand_refuses_what_is_no_text(text):
    refused("client_user_agent", UserData, client_user_agent=text)


@pytest.mark.parametrize("limit", LIMITS)
def test_event__an_empty_cell_does_not_lift_a_limit(limit):
    refused(limit, make_event, **{"data_processing_options": ["LDU"], limit: ""})


def test_event__half_a_surrogate_pair_does_not_break_the_batch():
    event = make_event(custom_data=CustomData(content_name="half \ud83d", extra={"a": "\ud83d"}))
    assert json.loads(event.as_json())["custom_data"] == {"content_name": "half ?", "a": "?"}


def test_event__no_plain_customer_data_in_payload_repr_or_pickle():
    plain = ["jane.doe@example.com", "Jane", "Doecaster", "4917112345678", "19970216", "Musterstadt"]
    user_data = UserData.of(
        email=plain[0],
        first_name=plain[1],
        last_name=plain[2],
        phone="+" + plain[3],
        date_of_birth=plain[4],
        city=plain[5],
    )
    event = make_event(user_data=user_data)
    everything = event.as_json() + repr(event) + repr(pickle.dumps(event))
    assert not any(word.lower() in everything.lower() for word in plain)
