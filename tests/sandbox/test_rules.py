"""Meta's rules for one event, one by one: what is taken, and with which code what is not."""

import pytest

from capi_tracking.sandbox import Sandbox
from capi_tracking.sandbox.refusals import Refusal
from capi_tracking.sandbox.rules import ACTION_SOURCES, DOUBTFUL, US_STATES, check_event
from tests.sandbox.conftest import HASH, codes, good_event

CLICK = "fb.1.1764000000000.IwAR2xYz_AbC-9"
DAY = 86_400
NOW = 1_764_000_000
EXTINFO = ["a2", "", "", "", "14", *[""] * 11]
BUYER = {"em": [HASH]}
PERSON = BUYER | {"client_ip_address": "8.8.8.8"}
LDU = {"data_processing_options": ["LDU"], "data_processing_options_country": 1, "data_processing_options_state": 1000}
PURCHASE = {"event_name": "Purchase", "custom_data": {"value": 9.9, "currency": "EUR"}}


def app(**changes):
    allowed = {"advertiser_tracking_enabled": 1, "application_tracking_enabled": 0}
    return {"action_source": "app", "app_data": {"extinfo": EXTINFO} | allowed | changes}


def message(**user_data):
    found = {"action_source": "business_messaging", "messaging_channel": "whatsapp"}
    return found | ({"user_data": user_data} if user_data else {})


def custom(**data):
    return {"custom_data": data}


def content(**changes):
    return custom(contents=[{"id": "sku", "quantity": 1} | changes])


def user(**data):
    return {"user_data": BUYER | data}


def refusal(**changes):
    """Code and subcode, None if the event is taken."""
    try:
        check_event(good_event(NOW, **changes), NOW)
    except Refusal as error:
        return error.code, error.subcode
    return None


# Taken


@pytest.mark.parametrize(
    "user_data",
    [
        {"fbp": "fb.0.1764000000000.1234567890"},
        {"fbp": "fb.1.1764000000000.1234567890.AQICAQMC"},
        {"fbc": CLICK},
        {"fbc": CLICK + ".AQICAQMC"},
        *[{"fbc": f"{CLICK}.{mark}"} for mark in ("AQ", "Ag", "Aw", "BA", "BQ", "Bg")],
        {"fbc": "fb.2.1764000000000.Iw__DOT__AR"},
        {"external_id": "cust-1"},
        {"external_id": ["cust-1", HASH]},
        {"client_ip_address": "2001:4860:4860::8888", "client_user_agent": "x"},
        {"fn": HASH, "ln": [HASH]},
        {"lead_id": 123456789012345},
        {"lead_id": "1234567890123456"},
        {"fb_login_id": 42},
        {"subscription_id": "sub-1"},
        {"em": [HASH], "ph": None, "ct": ""},
        *[{"em": HASH, key: HASH} for key in ("ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country")],
        *[{"em": HASH, key: HASH} for key in ("dobd", "dobm", "doby", "fi", "f5first", "f5last")],
        *[{key: "x"} for key in ("madid", "anon_id", "page_id", "page_scoped_user_id", "ctwa_clid", "ig_sid")],
        *[{key: "x"} for key in ("ig_account_id", "partner_id", "partner_name", "whatsapp_business_account_id")],
    ],
    ids=str,
)
def test_user_data__that_can_match_is_taken(user_data):
    assert refusal(user_data=user_data) is None


@pytest.mark.parametrize("rescue", ["em", "ph", "external_id", "client_ip_address", "fbp", "fbc"])
@pytest.mark.parametrize("broad", [{"country": HASH, "zp": HASH}, {"db": HASH}, {"fn": HASH, "ge": HASH}], ids=str)
def test_user_data__that_is_broad_is_rescued_by_one_narrow_key(rescue, broad):
    values = {"fbp": "fb.1.1764000000000.1", "fbc": CLICK, "client_ip_address": "8.8.8.8"}
    assert refusal(user_data=broad) == (100, 2804050)
    assert refusal(user_data=broad | {rescue: values.get(rescue, HASH)}) is None


@pytest.mark.parametrize("source", sorted(ACTION_SOURCES - {"app", "business_messaging"}))
def test_action_source__each_of_metas_is_taken(source):
    assert refusal(action_source=source) is None


@pytest.mark.parametrize(
    "changes",
    [
        PURCHASE,
        {"event_name": "Purchase", "custom_data": {"value": 0, "currency": "usd"}},
        {"event_name": "Purchase", "custom_data": {"value": "9.90", "currency": "EUR"}},
        {"event_name": "Something of ours"},
        {"event_id": None},
        {"event_source_url": None},
        {"referrer_url": "https://example.org/"},
        {"opt_out": True},
        {"advanced_measurement_table": "table"},
        {"attribution_data": {"ad_id": "1"}},
        {"original_event_data": {"event_name": "Purchase", "event_time": NOW, "order_id": "1", "event_id": "e"}},
        {"customer_segmentation": "new_customer_to_business"},
        custom(customer_segmentation="customer_in_loyalty_program"),
        custom(contents=[{"id": "sku", "quantity": 1, "item_price": 9.9}], content_ids=["sku", 7]),
        content(item_price="9.90", delivery_category="curbside", title="Kite", brand="Up", category="Kites"),
        custom(content_type="product"),
        custom(content_type="product_group"),
        custom(status="done"),
        custom(status=True),
        custom(predicted_ltv=12.5, net_revenue=3, num_items=2, search_string="kite", order_id="1", item_number="2"),
        custom(store_data={"store_code": "7"}),
        custom(delivery_category="home_delivery"),
        custom(my_own={"key": [1, None]}),
        {"data_processing_options": []},
        LDU,
        *[LDU | {"data_processing_options_state": state} for state in sorted(US_STATES)],
        {"data_processing_options": ["LDU"], "data_processing_options_country": 0, "user_data": PERSON},
        message(),
        message(ctwa_clid="click", page_id="1"),
        message() | {"messaging_channel": "messenger", "event_name": "Anything"},
        *[message() | {"event_name": name} for name in ("LeadSubmitted", "AddToCart", "InitiateCheckout")],
        app(),
        app(advertiser_tracking_enabled=1, application_tracking_enabled=False),
        {"unheard_of": 1},
    ],
    ids=str,
)
def test_an_event__that_keeps_the_rules_is_taken(changes):
    assert refusal(**changes) is None


# Refused with code 100 and no subcode


@pytest.mark.parametrize(
    "changes",
    [
        *[{missing: None} for missing in ("event_name", "event_time", "action_source")],
        {"event_time": "1764000000"},
        {"event_time": 1764000000.5},
        {"event_time": True},
        {"event_name": 7},
        {"event_name": " "},
        {"event_id": 12},
        {"event_source_url": 1},
        {"referrer_url": []},
        {"advanced_measurement_table": 1},
        {"action_source": "web"},
        {"action_source": "Website"},
        {"action_source": ["website"]},
        {"opt_out": "no"},
        {"attribution_data": "x"},
        {"original_event_data": []},
        {"original_event_data": {"event_time": "now"}},
        {"original_event_data": {"order_id": 7}},
        {"customer_segmentation": "new"},
        {"customer_segmentation": []},
        {"user_data": [1]},
        {"user_data": "em"},
        user(email=HASH),
        user(client_ip_address="10.0.0.300"),
        user(client_ip_address=" 8.8.8.8"),
        user(client_ip_address="fe80::1%eth0"),
        user(client_ip_address=["8.8.8.8"]),
        user(client_user_agent=["Mozilla"]),
        user(external_id=7),
        user(external_id=["a", ""]),
        user(fb_login_id="me"),
        user(subscription_id={"id": 1}),
        user(fbc=["fb.1.1764000000000.x"]),
        user(fi=[HASH]),
        custom() | {"custom_data": []},
        custom(value="9,90"),
        custom(value=True),
        custom(value=[9]),
        custom(currency="euro"),
        custom(currency="E1R"),
        custom(currency=978),
        custom(num_items="2"),
        custom(num_items=1.5),
        custom(content_ids="sku"),
        custom(content_ids=[None]),
        custom(content_type="banana"),
        custom(content_type=["product"]),
        custom(content_name=7),
        custom(content_category=[]),
        custom(order_id=17),
        custom(search_string=1),
        custom(item_number=1),
        custom(store_data="7"),
        custom(store_data={"street": "1"}),
        custom(store_data={"store_code": ""}),
        app(advertiser_tracking_enabled=None),
        custom(status=1),
        custom(predicted_ltv=0),
        custom(predicted_ltv="-1"),
        custom(net_revenue="much"),
        custom(contents={"id": "sku", "quantity": 1}),
        custom(contents=["sku"]),
        custom(contents=[{"id": "sku"}]),
        custom(contents=[{"quantity": 1}]),
        content(quantity="many"),
        content(item_price="9,90"),
        content(title=7),
        content(delivery_category="drone"),
        custom(delivery_category=["in_store"]),
        custom(customer_segmentation="new"),
        {"data_processing_options": ["GDPR"]},
        {"data_processing_options": "LDU"},
        LDU | {"data_processing_options_state": 1},
        LDU | {"data_processing_options_state": "1000"},
        LDU | {"data_processing_options_country": 49},
        LDU | {"data_processing_options_country": None},
        LDU | {"data_processing_options_state": None},
        {"action_source": "app"},
        app(advertiser_tracking_enabled="yes"),
        custom(deep=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]),
    ],
    ids=str,
)
def test_an_event__of_the_wrong_shape_is_refused(changes):
    assert refusal(**changes) == (100, None)


# Refused with a subcode


@pytest.mark.parametrize(
    ("subcode", "changes"),
    [
        (2804009, {"event_name": "Purchase"}),
        (2804009, {"event_name": "Purchase", "custom_data": {"currency": "EUR"}}),
        (2804009, {"event_name": "Purchase", "custom_data": {"value": "", "currency": "EUR"}}),
        (2804010, {"event_name": "Purchase", "custom_data": {"value": 1}}),
        (2804016, {"user_data": {"em": "someone@example.org"}}),
        (2804016, {"user_data": {"em": [HASH], "ct": "berlin"}}),
        (2804016, {"user_data": {"em": [HASH, "someone@example.org"]}}),
        (2804016, {"user_data": {"em": [HASH.upper()]}}),
        (2804016, {"user_data": {"em": HASH[:32]}}),
        (2804016, {"user_data": {"em": {"hash": HASH}}}),
        *[(2804016, user(**{key: "plain"})) for key in ("ph", "fn", "ln", "db", "ge", "st", "zp", "country", "fi")],
        (2804050, {"user_data": None}),
        (2804050, {"user_data": {}}),
        (2804050, {"user_data": {"em": [], "ph": None}}),
        (2804050, {"user_data": {"client_user_agent": "Mozilla/5.0"}}),
        (2804050, {"user_data": {"ct": HASH, "country": HASH, "st": HASH, "zp": HASH, "ge": HASH}}),
        (2804050, {"user_data": {"db": HASH, "client_user_agent": "Mozilla/5.0"}}),
        (2804050, {"user_data": {"fn": HASH, "ge": HASH}}),
        (2804050, {"user_data": {"ln": HASH, "em": ""}}),
        (2804036, {"user_data": {"lead_id": 123}}),
        (2804036, {"user_data": {"lead_id": "l:123456789012345"}}),
        (2804036, {"user_data": {"lead_id": [123456789012345]}}),
        (2804063, {"action_source": "business_messaging"}),
        (2804063, {"action_source": "business_messaging", "messaging_channel": "pigeon"}),
        (2804066, message() | {"event_name": "Search"}),
        (2804116, message(ctwa_clid="click")),
        (2804043, app(extinfo=["a2"])),
        (2804043, app(extinfo=None)),
        (2804043, app(extinfo=["w2", *EXTINFO[1:]])),
        (2804043, app(extinfo=[*EXTINFO[:4], "", *EXTINFO[5:]])),
        (2804043, app(extinfo=[*EXTINFO[:4], 14, *EXTINFO[5:]])),
        (2804001, user(fbc="IwAR2xYz")),
        (2804001, user(fbc="fb.1.1764000000.IwAR2xYz")),
        (2804001, user(fbc="fb.1.1764000000000.Iw.AR.2")),
        (2804001, user(fbc=CLICK + ".ZZ")),
        (2804001, user(fbc="fb.1.1764000000000.")),
        (2804001, user(fbp="1.2.3")),
    ],
    ids=str,
)
def test_an_event__that_meta_never_takes_has_its_subcode(subcode, changes):
    assert refusal(**changes) == (100, subcode)


@pytest.mark.parametrize(
    ("source", "age_days", "is_taken"),
    [("website", 6.9, True), ("website", 7.1, False), ("physical_store", 61.9, True), ("physical_store", 62.1, False)],
)
def test_an_event__is_taken_up_to_its_age(source, age_days, is_taken):
    answer = refusal(action_source=source, event_time=int(NOW - age_days * DAY))
    assert answer == (None if is_taken else (100, 2804003))


@pytest.mark.parametrize(("ahead", "is_taken"), [(30, True), (300, False), (DAY * 20_000_000, False)])
def test_an_event__of_the_future_is_refused(ahead, is_taken):
    assert refusal(event_time=NOW + ahead) == (None if is_taken else (100, 2804003))


# Over HTTP


def test_unhashed_customer_data__is_named_by_its_key_and_shown_nowhere(post, event, sandbox, http):
    answer = post(event(user_data={"ct": "berlin", "em": [HASH]}))
    assert codes(answer) == (400, 100, 2804016)
    assert "ct" in answer.json()["error"]["error_user_msg"]
    assert "berlin" not in answer.text + http.get(f"{sandbox.url}/sandbox/events.json", timeout=30).text


# What is open


OPEN = [
    {"event_time": NOW + 300},
    user(fbc="IwAR2xYz"),
    user(em=HASH.upper()),
    user(em=HASH[:32]),
    user(email=HASH),
    custom(content_type="hotel"),
    LDU | {"data_processing_options_country": None},
    message(ctwa_clid="click"),
]


@pytest.mark.parametrize("changes", OPEN, ids=str)
def test_lenient__takes_what_meta_does_not_clearly_refuse(changes):
    assert refusal(**changes) is not None
    check_event(good_event(NOW, **changes), NOW, strict=False)


def test_lenient__every_doubtful_rule_has_its_case():
    met = set()
    for changes in OPEN:
        for rule in DOUBTFUL:
            try:
                rule(good_event(NOW, **changes))
            except Refusal:
                met.add(rule)
    assert met == set(DOUBTFUL)


def test_a_lenient_sandbox__takes_them_over_http(post, event, clock):
    with Sandbox(clock=clock, strict=False) as lenient:
        assert post(event(user_data={"em": HASH.upper()}), to=lenient).status_code == 200
        assert codes(post(event(user_data={"em": "plain"}), to=lenient)) == (400, 100, 2804016)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"event_name": "purchase"}, "event_name"),
        ({"event_id": None}, "event_id"),
        ({"user_data": {"em": HASH}}, "client_user_agent"),
        ({"event_source_url": None}, "event_source_url"),
        ({"event_source_url": "shop.example"}, "event_source_url"),
        ({"order_id": "1"}, "order_id: not known to Meta at this place"),
        ({"event_name": "ViewContent"}, "contents, content_ids"),
        ({"user_data": {"em": HASH, "madid": "x"}}, "madid"),
        (user(ph="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), "ph: is the hash of an empty"),
        ({"data_processing_options_country": 1}, "data_processing_options_country"),
    ],
    ids=str,
)
def test_notes__say_what_meta_takes_but_asks_otherwise(post, event, sandbox, changes, note):
    assert post(event(**changes)).status_code == 200
    assert [one for one in sandbox.events[0]["notes"] if one.startswith(note)]


def test_notes__a_good_event_has_none(post, event, sandbox):
    post(event(event_name="Lead"))
    assert sandbox.events[0]["notes"] == []
