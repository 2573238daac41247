import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking.ingestion import MAX_ITEMS, Outcome, Result, Terms, ingest, preview
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, SkipCount, Source, Withdrawal, outbox_key
from capi_tracking.signals import event_recorded
from tests.factories import OutboxEventFactory
from tests.items import an_item

pytestmark = pytest.mark.django_db
JO = hashlib.sha256(b"jo@shop.example").hexdigest()
TERMS = Terms()


def told(*items, terms=TERMS) -> list[str]:
    return [result.outcome for result in ingest(items, terms)]


def refused(item, terms=TERMS) -> Result:
    [result] = ingest([item], terms)
    assert result.outcome == Outcome.REFUSED, result
    assert not OutboxEvent.objects.exists()
    return result


def payload() -> dict:
    return json.loads(OutboxEvent.objects.get().payload)


def test_ingest__makes_a_row_of_an_item_with_its_proof():
    item = an_item(consent={"state": "granted", "policy": "card", "source": "till", "at": "2026-01-02T03:04:05+01:00"})
    assert ingest([item], TERMS) == [Result(outcome=Outcome.RECORDED, event_id="till-1")]
    row = OutboxEvent.objects.get()
    assert (row.source, row.action_source, row.value, row.currency) == ("api", "physical_store", Decimal("9.90"), "EUR")
    assert (row.consent_state, row.consent_policy, row.consent_source) == ("granted", "card", "till")
    assert row.consent_at == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert payload()["user_data"] == {"em": [JO]}


def test_ingest__the_same_again_is_a_duplicate_by_every_door_and_within_one_batch():
    assert told(an_item(), an_item(), an_item("till-2")) == ["recorded", "duplicate", "recorded"]
    assert told(an_item(), an_item("till-3"), terms=Terms(source=Source.IMPORT)) == ["duplicate", "recorded"]
    assert OutboxEvent.objects.count() == 3


def test_ingest__an_order_is_one_event_of_a_name_and_part_whatever_its_id():
    assert told(an_item("a", order_key="till:7"), an_item("b", order_key="till:7")) == ["recorded", "duplicate"]
    assert told(an_item("c", order_key="till:7"), an_item("d", order_key="till:7", part="2")) == [
        "duplicate",
        "recorded",
    ]


def test_ingest__announces_what_is_new_and_nothing_else():
    heard = []

    def hear(event, **more):
        heard.append(event.event_id)

    event_recorded.connect(hear)
    try:
        told(an_item(), an_item(), an_item("till-2", consent={"state": "denied"}))
    finally:
        event_recorded.disconnect(hear)
    assert heard == ["till-1"]


def test_ingest__writes_a_batch_with_one_insert(django_assert_max_num_queries):
    with django_assert_max_num_queries(8) as asked:
        told(*[an_item(f"till-{number}") for number in range(20)])
    assert len([each for each in asked.captured_queries if each["sql"].startswith("INSERT")]) == 1


def test_ingest__one_wrong_item_takes_no_other_with_it():
    results = ingest([an_item(), an_item("till-2", custom_data={"value": "1,5", "currency": "EUR"}), 7, None], TERMS)
    assert [each.outcome for each in results] == ["recorded", "refused", "refused", "refused"]
    assert (results[1].event_id, results[1].field) == ("till-2", "custom_data.value")


def test_ingest__takes_hashes_as_they_are_and_metas_names_too():
    told(an_item(user_data={"em": JO.upper(), "ph": ["0171 2345678", JO], "lead_id": 1234567890123456}))
    data = payload()["user_data"]
    assert data["em"] == [JO]
    assert data["ph"] == [hashlib.sha256(b"491712345678").hexdigest(), JO]
    assert data["lead_id"] == 1234567890123456


def test_ingest__tells_what_it_left_out_and_not_what_it_was():
    [result] = ingest([an_item(user_data={"email": "jo@shop.example", "phone": "call me"})], TERMS)
    assert (result.outcome, result.notes) == ("recorded", ("ph: not a phone number",))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event_id": None}, "event_id"),
        ({"event_id": {"a": 1}}, "event_id"),
        ({"event_name": None}, "event_name"),
        ({"event_name": 5}, "event_name"),
        ({"event_time": None}, "event_time"),
        ({"event_time": "2026-01-01T10:00:00"}, "event_time"),
        ({"event_time": "01.02.2026"}, "event_time"),
        ({"event_time": "2026-02-30T10:00:00Z"}, "event_time"),
        ({"event_time": 1767225600000}, "event_time"),
        ({"event_time": True}, "event_time"),
        ({"event_time": "2026-01-01T00:00:00Z", "action_source": "website"}, "event_time"),
        ({"event_time": "2099-01-01T00:00:00Z"}, "event_time"),
        ({"action_source": None}, "action_source"),
        ({"action_source": "shop"}, "action_source"),
        ({"user_data": None}, "user_data"),
        ({"user_data": "jo@shop.example"}, "user_data"),
        ({"user_data": {"gender": "f", "first_name": "Jo"}}, "user_data"),
        ({"user_data": {"email": {"a": 1}}}, "user_data.email"),
        ({"user_data": {"email": [True]}}, "user_data.email"),
        ({"user_data": {"email": "a@b.example", "em": JO}}, "user_data.em"),
        ({"user_data": {"emial": "a@b.example"}}, "user_data.emial"),
        ({"custom_data": []}, "custom_data"),
        ({"custom_data": {"value": 1, "curency": "EUR"}}, "custom_data.curency"),
        ({"custom_data": {"value": 1}}, "custom_data.currency"),
        ({"custom_data": {"currency": "EUR"}}, "custom_data.value"),
        ({"custom_data": {"value": -1, "currency": "EUR"}}, "custom_data.value"),
        ({"custom_data": {"value": 10**14, "currency": "EUR"}}, "value"),
        ({"custom_data": {"value": 1, "currency": "EUR", "contents": [{"id": 1}]}}, "custom_data.contents"),
        ({"custom_data": {"value": 1, "currency": "EUR", "extra": {"a": {"b": {"c": {"d": {"e": {}}}}}}}}, "custom_data.extra"),
        ({"consent": "granted"}, "consent"),
        ({"consent": {"state": "yes"}}, "consent.state"),
        ({"consent": {"state": ["granted"]}}, "consent.state"),
        ({"consent": {"state": "granted", "at": "2026-01-01"}}, "consent.at"),
        ({"consent": {"state": "granted", "at": "0001-01-01T00:00:00+14:00"}}, "consent.at"),
        ({"consent": {"state": "granted", "at": "9999-12-31T23:59:59-14:00"}}, "consent.at"),
        ({"event_time": "0001-01-01T00:00:00+14:00"}, "event_time"),
        ({"consent": {"state": "granted", "policy": "x" * 65}}, "consent.policy"),
        ({"pixel": "other"}, "pixel"),
        ({"order_key": "x" * 129}, "order_key"),
        ({"evnet_name": "Purchase"}, "evnet_name"),
    ],
)  # fmt: skip
def test_ingest__refuses_with_the_field(changes, field):
    assert refused(an_item(**changes)).field == field


def test_ingest__asks_whether_another_key_was_meant():
    assert "did you mean event_name?" in refused(an_item(evnet_name="Purchase")).reason


def test_ingest__an_item_without_consent_is_skipped_and_counted():
    [result] = ingest([an_item(consent=None)], TERMS)
    assert (result.outcome, result.reason) == ("skipped", "consent_unknown")
    assert SkipCount.objects.get().reason == "consent_unknown"
    assert not OutboxEvent.objects.exists()


def test_ingest__an_order_that_is_not_sent_is_a_row_without_the_person():
    told(an_item(consent={"state": "denied"}, order_key="till:1"))
    row = OutboxEvent.objects.get()
    assert (row.status, row.reason, row.payload) == ("skipped", "consent_denied", "")


def test_ingest__a_named_policy_stands_for_those_who_bring_none_of_their_own():
    terms = Terms(policy="loyalty-card-3")
    assert told(an_item(consent=None), an_item("till-2", consent={"state": "denied"}), terms=terms) == [
        "recorded",
        "skipped",
    ]
    row = OutboxEvent.objects.get()
    assert (row.consent_state, row.consent_policy, row.consent_source, row.consent_at) == (
        "granted", "loyalty-card-3", "api", None,
    )  # fmt: skip


def test_ingest__limited_goes_with_limited_data_use_alone():
    limited = an_item(consent={"state": "limited"})
    assert told(limited, limited | {"event_id": "b", "data_processing_options": ["LDU"]}) == ["skipped", "recorded"]


def test_ingest__a_withdrawal_stands_against_a_policy_and_older_words_and_not_against_newer_ones():
    now = timezone.now()
    Withdrawal.objects.note([("email", identity_key("em", JO))], at=now - timedelta(hours=2), reason="")
    older, newer = (now - timedelta(hours=3)).isoformat(), (now - timedelta(hours=1)).isoformat()
    results = ingest(
        [
            an_item("a", consent=None),
            an_item("b", consent={"state": "granted", "at": older}),
            an_item("c", consent={"state": "granted", "at": newer}),
            an_item("d", consent=None, user_data={"email": "al@shop.example"}),
        ],
        Terms(policy="all"),
    )
    assert [each.reason for each in results] == ["consent_denied", "consent_denied", "", ""]


def test_ingest__writes_what_its_terms_allow_and_nothing_else():
    terms = Terms(pixels=["other"], events=["Lead"], pixel="other")
    assert refused(an_item(), terms).field == "event_name"
    assert refused(an_item(event_name="Lead", pixel="default"), terms).field == "pixel"


def test_ingest__takes_the_place_of_what_a_browser_alone_said():
    key = outbox_key("1234567890", "Lead", "guessed")
    OutboxEventFactory(key=key, event_name="Lead", event_id="guessed", source="relay", status="pending", order_key=None)
    assert told(an_item("guessed", event_name="Lead")) == ["recorded"]
    assert OutboxEvent.objects.get().source == "api"


def test_ingest__goes_by_the_time_of_a_browser_copy_that_came_before():
    seen = timezone.now() - timedelta(hours=3)
    key = outbox_key("1234567890", "Purchase", "till-1")
    BrowserReceipt.objects.create(
        key=key, pixel="default", event_name="Purchase", event_id="till-1",
        state=BrowserState.HANDED_OVER, changed_at=seen,
    )  # fmt: skip
    told(an_item())
    row = OutboxEvent.objects.get()
    assert (row.browser_at, row.deadline_at) == (seen, seen + timedelta(hours=47))


def test_ingest__cleans_addresses_and_skips_sensitive_pages(capi):
    capi(SENSITIVE_PAGES=["/health/*"])
    here = {"action_source": "website", "event_source_url": "https://shop.example/a?token=secret&q=1"}
    there = here | {"event_source_url": "https://shop.example/health/pills"}
    assert told(an_item(**here), an_item("b", **there)) == ["recorded", "skipped"]
    assert payload()["event_source_url"] == "https://shop.example/a?q=1"


def test_ingest__writes_nothing_while_it_is_off(capi):
    capi(ENABLED=False)
    [result] = ingest([an_item()], TERMS)
    assert (result.outcome, result.reason) == ("skipped", "disabled")
    assert not OutboxEvent.objects.exists()


def test_ingest__takes_no_more_than_a_batch():
    with pytest.raises(ValueError, match="1000"):
        ingest([None] * (MAX_ITEMS + 1), TERMS)


def test_preview__tells_the_same_and_writes_nothing():
    items = [an_item(), an_item(), an_item("b", consent=None), an_item("c", event_time="never")]
    seen = preview(items, TERMS)
    assert (OutboxEvent.objects.count(), SkipCount.objects.count()) == (0, 0)
    assert ingest(items, TERMS) == seen


@pytest.mark.parametrize(
    ("name", "meant"),
    [("purchase", "Purchase"), ("add_to_cart", "AddToCart"), ("VIEW CONTENT", "ViewContent"), ("Lead-", "Lead")],
)
def test_ingest__refuses_a_standard_event_in_another_spelling(name, meant):
    result = refused(an_item(event_name=name))
    assert (result.field, result.reason) == ("event_name", f"is no standard event; did you mean {meant}?")


@pytest.mark.parametrize("name", ["Purchased", "TillPurchase", "购买", "---"])
def test_ingest__takes_names_of_the_senders_own(name):
    assert told(an_item(event_name=name)) == ["recorded"]
