"""Who is erased is found by nothing any more, in no table; what was sold is still known, and so is what Meta got."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from capi_tracking.consent import ConsentState
from capi_tracking.delivery import deliver_due
from capi_tracking.models import BrowserReceipt, CheckoutContext, Erasure, OutboxEvent, Priority, Status, Withdrawal
from capi_tracking.privacy import Erased, Person, erasable, erase, told
from capi_tracking.transports.local import MemoryTransport
from demo_project.shop.models import Order
from tests.privacy.people import (
    BROWSER,
    JO,
    JOS_ID,
    JOS_PHONE,
    KIM,
    OTHER_BROWSER,
    context_of,
    event_of,
    receipt_of,
    sent,
)
from tests.sales import new_order

pytestmark = pytest.mark.django_db
DB = "default"
JO_HERSELF = {"email": JO, "phone": JOS_PHONE, "external_id": JOS_ID}
TABLES = [OutboxEvent, CheckoutContext, BrowserReceipt, Erasure]


def everything() -> str:
    """All tables but that of refusals, as text."""
    rows = []
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            rows += cursor.fetchall()
    return repr(rows)


@pytest.fixture
def jos_life() -> Person:
    """A sale that Meta got, one that waits, views before the log-in, a checkout that is not paid yet."""
    sold = sent(event_of("sale", name="Purchase", order_key="shop.order:1", fbp=BROWSER, **JO_HERSELF), "TraceOfSale")
    event_of("waits", name="Purchase", order_key="shop.order:2", email=JO, fbp=BROWSER)
    receipt_of(event_of("view", fbp=BROWSER))
    receipt_of(sold)
    context_of("shop.order:1")
    context_of("shop.order:3")
    return Person.of(**JO_HERSELF)


@pytest.fixture
def kims_life() -> Person:
    """On the same computer."""
    receipt_of(event_of("kims", name="Purchase", order_key="shop.order:9", email=KIM, fbp=BROWSER))
    context_of("shop.order:9")
    return Person.of(email=KIM)


def test_erase__leaves_no_key_and_no_data_of_the_person_in_any_table(jos_life: Person) -> None:
    traces = [*jos_life.email, *jos_life.phone, *jos_life.external, *Person.of(fbp=BROWSER).visitor]
    traces += [BROWSER, "8.8.8.8", "Mozilla/5.0 of Jo", "shop.example"]
    before = everything()
    assert [trace for trace in traces if trace not in before] == []
    erase(jos_life, using=DB, by="command")
    after = everything()
    assert [trace for trace in traces if trace in after] == []
    assert not erasable(jos_life, using=DB)


def test_erase__keeps_what_was_sold_when_and_for_how_much(jos_life: Person) -> None:
    before = OutboxEvent.objects.values_list("event_id", "event_time", "value", "currency", "order_key", "key")
    known = set(before)
    erase(jos_life, using=DB, by="command")
    assert set(before.all()) == known


def test_erase__cancels_what_is_not_sent(jos_life: Person) -> None:
    assert erase(jos_life, using=DB, by="command").cancelled == 2
    deliver_due()
    assert MemoryTransport.sent == []
    assert dict(OutboxEvent.objects.values_list("event_id", "status")) == {
        "sale": Status.SENT,
        "waits": Status.CANCELLED,
        "view": Status.CANCELLED,
    }


def test_erase__what_is_on_its_way_is_sent_if_meta_takes_it_and_never_again(jos_life: Person) -> None:
    token, rows = OutboxEvent.objects.claim("default", Priority.FIRST, limit=9, lease=timedelta(minutes=5))
    pks = [row.pk for row in rows]
    assert [one.event_id for one in told(jos_life, using=DB) if one.status == Status.LEASED] == ["waits"]
    erase(jos_life, using=DB, by="command")
    assert OutboxEvent.objects.put_back(token, pks, wait=timedelta(0)) == 0
    assert OutboxEvent.objects.get(event_id="waits").status == Status.CANCELLED
    OutboxEvent.objects.settle(pks, attempt=None, short=False, test=False)
    row = OutboxEvent.objects.get(event_id="waits")
    assert (row.status, row.email_key, row.payload) == (Status.SENT, None, "")


def test_erase__leaves_alone_whoever_else_used_the_same_browser(jos_life: Person, kims_life: Person) -> None:
    erase(jos_life, using=DB, by="command")
    assert OutboxEvent.objects.get(event_id="kims").payload
    assert CheckoutContext.objects.get(key="shop.order:9").fbp == BROWSER
    assert erasable(kims_life, using=DB) == Erased(events=1, cancelled=1, contexts=1, receipts=1)


def test_erase__a_checkout_keeps_the_decision_alone_so_that_a_later_payment_is_not_sent(jos_life: Person) -> None:
    erase(jos_life, using=DB, by="command")
    context = CheckoutContext.objects.get(key="shop.order:3")
    assert (context.consent_state, context.fbp, context.visitor_key) == (ConsentState.DENIED, "", None)


def test_erase__a_refusal_at_checkout_is_no_longer_theirs(jos_life: Person) -> None:
    nobody = {"client_ip": None, "user_agent": "", "url": "", "visitor_key": None}
    key = min(jos_life.external)
    context_of("shop.order:4", "", consent_state=ConsentState.DENIED, external_key=key, **nobody)
    erase(jos_life, using=DB, by="command")
    assert CheckoutContext.objects.get(key="shop.order:4").external_key is None


def test_erase__an_order_that_is_saved_again_is_neither_sent_nor_known(visitor: Any) -> None:
    with visitor():
        order = new_order(email=JO)
        order.save()
    erase(Person.of(email=JO), using=DB, by="command")
    with visitor():
        order.save()
    assert Order.objects.count() == OutboxEvent.objects.count() == 1
    deliver_due()
    assert MemoryTransport.sent == []
    assert not erasable(Person.of(email=JO), using=DB)


def test_erase__finds_a_person_whose_payloads_are_redacted(jos_life: Person) -> None:
    OutboxEvent.objects.update(payload="", redacted_at=timezone.now(), status=Status.SENT, settled_at=timezone.now())
    assert erase(jos_life, using=DB, by="command").events == 3


def test_erase__receipts_stay_as_proof_that_a_copy_was_handed_over_and_lead_to_no_browser(jos_life: Person) -> None:
    erase(jos_life, using=DB, by="command")
    assert BrowserReceipt.objects.filter(state=BrowserReceipt.State.HANDED_OVER).count() == 2
    assert len(set(BrowserReceipt.objects.values_list("visitor_key", flat=True))) == 2


def test_erase__remembers_the_refusal_by_keys_and_that_it_was_done_by_none(jos_life: Person) -> None:
    done = erase(jos_life, using=DB, by="anna")
    audit = Erasure.objects.get()
    assert (audit.done_by, audit.kinds) == ("anna", "email phone external")
    assert (audit.events, audit.cancelled, audit.contexts, audit.receipts) == (3, 2, 2, 2)
    assert str(done) == "3 events (2 of them not sent yet), 2 checkout contexts, 2 browser receipts"
    assert set(Withdrawal.objects.values_list("key", flat=True)) >= jos_life.email | jos_life.external


def test_erasable__counts_what_erase_then_does_and_changes_nothing(jos_life: Person) -> None:
    before = everything()
    found = erasable(jos_life, using=DB)
    assert everything() == before
    assert erase(jos_life, using=DB, by="command") == found


def test_told__names_what_meta_has_and_the_ids_to_ask_for_it(jos_life: Person) -> None:
    (one,) = told(jos_life, using=DB)
    assert (one.event_name, one.event_id, one.pixel_id, one.trace_id) == (
        "Purchase",
        "sale",
        "1234567890",
        "TraceOfSale",
    )
    assert one.sent_at


def test_erase__no_model_that_holds_a_persons_key_is_forgotten() -> None:
    keys = {"visitor_key", "email_key", "phone_key", "external_key"}
    holding = {
        model for model in apps.get_app_config("capi_tracking").get_models() if keys & {f.name for f in fields(model)}
    }
    assert {model._meta.concrete_model for model in holding} <= set(TABLES)


def fields(model: type[models.Model]) -> Any:
    return model._meta.concrete_fields


def test_erase__another_browser_is_another_persons(jos_life: Person) -> None:
    event_of("elsewhere", fbp=OTHER_BROWSER)
    erase(jos_life, using=DB, by="command")
    assert OutboxEvent.objects.get(event_id="elsewhere").payload
