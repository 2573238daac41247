"""The event: what may be built, what is refused, and the dict that Meta takes."""

import dataclasses
import datetime
import json
import pickle
import uuid
from decimal import Decimal

import pytest

from capi_tracking.events import (
    ActionSource,
    Content,
    CustomData,
    Event,
    StandardEvent,
    UserData,
    encoding,
)
from tests.events.building import NOON, digest, make_event, refused

pytestmark = pytest.mark.usefixtures("default_country")

LIMITS = ("data_processing_options", "data_processing_options_country", "data_processing_options_state")


def make_purchase(**changes):
    return make_event(name="Purchase", custom_data=CustomData(value=Decimal("9.90"), currency="EUR"), **changes)


# -- names -----------------------------------------------------------------------------------------------------------


def test_standard_event__are_seventeen_and_page_view():
    assert len(StandardEvent) == 18
    assert StandardEvent.PAGE_VIEW == "PageView"


def test_action_source__are_nine():
    assert len(ActionSource) == 9


# -- events ----------------------------------------------------------------------------------------------------------


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
