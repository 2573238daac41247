"""Consent taken back: what becomes of rows, of checkouts, and of what is on its way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from capi_tracking.consent import ConsentState
from capi_tracking.delivery import deliver_due
from capi_tracking.events import UserData
from capi_tracking.exceptions import Rejected
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import CheckoutContext, OutboxEvent, Status, Withdrawal
from capi_tracking.privacy import Person, Withdrawn, withdraw
from capi_tracking.transports.local import ScriptedTransport
from tests.factories import CheckoutContextFactory, OutboxEventFactory

WHO, ANOTHER = "0123456789abcdef", "fedcba9876543210"
LEASE = timedelta(minutes=5)

pytestmark = pytest.mark.django_db


def taken_back(kind: str = "visitor_key") -> Withdrawn:
    return withdraw(known_by(kind), using="default")


def known_by(kind: str) -> Person:
    return Person(**{kind.removesuffix("_key"): frozenset({WHO})})


def lease() -> tuple[str, int]:
    token, rows = OutboxEvent.objects.claim("default", 0, limit=10, lease=LEASE)
    return token, rows[0].pk


@pytest.mark.parametrize("kind", ["visitor_key", "external_key", "email_key", "phone_key"])
def test_withdraw__finds_a_persons_rows_by_each_of_their_keys(kind):
    row = OutboxEventFactory(**{kind: WHO})
    other = OutboxEventFactory(**{kind: ANOTHER})
    assert taken_back(kind) == Withdrawn(cancelled=1)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.status, row.reason, row.due_at, row.payload) == (Status.CANCELLED, "consent_withdrawn", None, "")
    assert row.redacted_at is not None
    assert row.settled_at is not None
    assert other.status == Status.PENDING
    assert other.payload


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.DEAD, Status.LEASED])
def test_withdraw__cancels_whatever_could_still_be_sent(status):
    row = OutboxEventFactory(visitor_key=WHO, status=status)
    assert taken_back().cancelled == 1
    row.refresh_from_db()
    assert (row.status, row.payload) == (Status.CANCELLED, "")


@pytest.mark.parametrize("status", [Status.SENT, Status.EXPIRED])
def test_withdraw__takes_the_customers_data_out_of_what_is_over_and_leaves_the_rest(status):
    row = OutboxEventFactory(visitor_key=WHO, status=status)
    assert taken_back() == Withdrawn()
    row.refresh_from_db()
    assert (row.status, row.payload, row.value) == (status, "", row.value)
    assert row.redacted_at is not None


def test_withdraw__keeps_the_decision_under_which_a_sent_event_went():
    row = OutboxEventFactory(visitor_key=WHO, sent=True)
    taken_back()
    row.refresh_from_db()
    assert (row.consent_state, row.consent_source) == (ConsentState.GRANTED, "cookie")


def test_withdraw__what_is_on_its_way_is_sent_by_nobody_again_if_the_request_fails():
    row = OutboxEventFactory(visitor_key=WHO)
    token, pk = lease()
    assert taken_back().cancelled == 1
    assert OutboxEvent.objects.put_back(token, [pk], wait=timedelta(0)) == 0
    assert OutboxEvent.objects.hold(token, [pk], reason="denied") == 0
    assert OutboxEvent.objects.bury(token, [pk], reason="rejected") == 0
    assert OutboxEvent.objects.those([pk]).retry() == 0
    row.refresh_from_db()
    assert row.status == Status.CANCELLED


def test_withdraw__what_meta_took_meanwhile_is_told_as_sent_without_the_person():
    row = OutboxEventFactory(visitor_key=WHO)
    _, pk = lease()
    taken_back()
    assert OutboxEvent.objects.settle([pk], attempt=None, short=False, test=False) == 1
    row.refresh_from_db()
    assert (row.status, row.reason, row.payload) == (Status.SENT, "consent_withdrawn", "")
    assert row.sent_at is not None


def test_settle__a_row_that_was_cancelled_before_any_lease_stays_cancelled():
    row = OutboxEventFactory(visitor_key=WHO)
    taken_back()
    assert OutboxEvent.objects.settle([row.pk], attempt=None, short=False, test=False) == 0
    row.refresh_from_db()
    assert row.status == Status.CANCELLED


@pytest.mark.parametrize("kind", ["visitor_key", "external_key", "email_key"])
def test_withdraw__a_checkout_keeps_the_decision_alone(kind):
    context = CheckoutContextFactory(**{kind: WHO})
    other = CheckoutContextFactory(**{kind: ANOTHER})
    assert taken_back(kind) == Withdrawn(contexts=1)
    context.refresh_from_db()
    other.refresh_from_db()
    assert (context.consent_state, context.consent_source) == (ConsentState.DENIED, "withdrawn")
    said = {"fbp", "fbc", "client_ip", "user_agent", "url", "referrer", "visitor_key", "external_key", "email_key"}
    assert {getattr(context, name) for name in said} == {"", None}
    assert other.consent_state == ConsentState.GRANTED


def test_withdraw__finds_a_checkout_by_its_order_where_it_carries_no_key():
    context = CheckoutContextFactory(key="shop.order:7")
    OutboxEventFactory(order_key="shop.order:7", phone_key=WHO, sent=True)
    assert taken_back("phone_key").contexts == 1
    context.refresh_from_db()
    assert context.consent_state == ConsentState.DENIED


def test_withdraw__finds_who_is_named_as_a_shop_knows_them(settings):
    """By what was hashed with an older key too."""
    before = settings.SECRET_KEY
    row = OutboxEventFactory(email_key=identity_key("em", UserData.of(email="jo@shop.example").em[0]))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [before]
    assert withdraw(Person.of(email=" Jo@Shop.Example"), using="default").cancelled == 1
    row.refresh_from_db()
    assert row.status == Status.CANCELLED


def test_withdraw__a_second_time_changes_nothing():
    CheckoutContextFactory(visitor_key=WHO)
    OutboxEventFactory(visitor_key=WHO)
    assert taken_back() == Withdrawn(cancelled=1, contexts=1)
    assert taken_back() == Withdrawn()


def test_withdraw__without_a_key_is_nobodys():
    OutboxEventFactory(visitor_key=None)
    CheckoutContextFactory()
    assert withdraw(Person.of(email="", fbp=""), using="default") == Withdrawn()
    assert not Withdrawal.objects.exists()
    assert CheckoutContext.objects.get().consent_state == ConsentState.GRANTED


def test_withdraw__is_noted_for_whoever_ordered_with_that_browser_too():
    OutboxEventFactory(visitor_key=WHO, external_key="e" * 16, email_key="a" * 16, sent=True)
    taken_back()
    assert set(Withdrawal.objects.values_list("kind", "key")) == {
        ("visitor", WHO),
        ("external", "e" * 16),
        ("email", "a" * 16),
    }


def test_note__the_later_of_two_withdrawals_counts():
    now = timezone.now()
    notes = Withdrawal.objects
    for at, reason in ((now, "first"), (now + LEASE, "later"), (now - LEASE, "older")):
        notes.note({("email", WHO)}, at=at, reason=reason)
    kept = Withdrawal.objects.get()
    assert (kept.withdrawn_at, kept.reason) == (now + LEASE, "later")
    assert notes.latest_of({("email", WHO), ("external", ANOTHER)}) == now + LEASE
    assert notes.latest_of({("external", WHO)}) is None, "another kind of key"
    assert notes.latest_of(set()) is None


@pytest.mark.parametrize("ago", [LEASE, timedelta(days=500)])
def test_withdraw__remembers_when_the_visitor_decided(ago):
    at = timezone.now() - ago
    CheckoutContextFactory(visitor_key=WHO)
    withdraw(known_by("visitor_key"), using="default", at=at)
    assert CheckoutContext.objects.get().consent_at == at
    assert Withdrawal.objects.get().withdrawn_at == at


# -- delivery --------------------------------------------------------------------------------------------------------


def test_deliver_due__who_withdrew_during_a_request_is_in_no_later_one():
    """The batch is refused, and would go again in halves: by then one of its events is nobody's to send."""
    kept, gone = OutboxEventFactory(visitor_key=ANOTHER), OutboxEventFactory(visitor_key=WHO)

    def refuse_while_somebody_withdraws(batch):
        taken_back()
        return Rejected("Invalid parameter", http_status=400, code=100, subcode=2804009)

    transport = ScriptedTransport(refuse_while_somebody_withdraws)
    deliver_due("default", transport=transport)
    sent = [[event["event_id"] for event in batch.events] for batch in transport.sent]
    assert sent == [[kept.event_id, gone.event_id], [kept.event_id]]
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.status, gone.status) == (Status.SENT, Status.CANCELLED)
