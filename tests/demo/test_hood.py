"""What the drawer asks the shop's server: what became of events, and what Meta would get of a text."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from capi_tracking.events import UserData
from capi_tracking.models import BrowserState, OutboxEvent, Status
from demo_project.hood.hashing import KEYS, preview
from demo_project.shop.models import Order
from tests.demo.buyers import BUYER
from tests.factories import BrowserReceiptFactory, OutboxEventFactory

STATE, HASHES = "/hood/state/", "/hood/hashes/"


@pytest.fixture
def ask(client, db):
    """What the state's answer says of these ids, as a visitor who is nobody."""

    def asked(*ids, **more):
        response = client.get(STATE, {"id": ids, **more})
        assert response.status_code == 200, response.content
        return response.json()["events"]

    return asked


def paid_order():
    order = Order.objects.create(**BUYER, status="paid", paid_at=timezone.now(), total=1)
    return order, OutboxEvent.objects.get(event_name="Purchase", order_key=f"shop.order:{order.pk}")


# -- what became of an event -----------------------------------------------------------------------------------------


def test_state__pairs_an_event_of_which_both_copies_came(ask):
    row = OutboxEventFactory(page=True, sent=True, event_id="a" * 32)
    BrowserReceiptFactory(row=row)
    told = ask("a" * 32)["a" * 32]
    assert (told["status"], told["receipt"], told["is_paired"], told["is_settled"]) == (
        "sent",
        "handed_over",
        True,
        True,
    )
    assert "counts it once" in told["says"]


def test_state__gives_the_seconds_from_the_event_to_metas_answer(ask):
    now = timezone.now()
    OutboxEventFactory(page=True, sent=True, event_id="a" * 32, event_time=now - timedelta(seconds=4.25), sent_at=now)
    assert ask("a" * 32)["a" * 32]["seconds"] == pytest.approx(4.2, abs=0.06)


def test_state__says_that_the_servers_copy_came_though_the_browsers_was_blocked(ask):
    row = OutboxEventFactory(page=True, sent=True, event_id="a" * 32)
    BrowserReceiptFactory(row=row, state=BrowserState.BLOCKED, detail="script_error")
    told = ask("a" * 32)["a" * 32]
    assert (told["receipt"], told["is_paired"]) == ("blocked", False)
    assert "blocked" in told["says"]


@pytest.mark.parametrize(("status", "settled"), [(Status.PENDING, False), (Status.LEASED, False), (Status.DEAD, True)])
def test_state__says_whether_anything_may_still_happen(ask, status, settled):
    OutboxEventFactory(page=True, event_id="a" * 32, status=status)
    told = ask("a" * 32)["a" * 32]
    assert (told["status"], told["is_settled"], told["seconds"]) == (status, settled, None)


def test_state__gives_the_reason_of_what_was_skipped(ask):
    OutboxEventFactory(page=True, event_id="a" * 32, status=Status.SKIPPED, reason="consent_denied", payload="")
    assert "refused" in ask("a" * 32)["a" * 32]["says"]


def test_state__gives_no_tenth_of_a_second_that_was_not_whole(ask):
    now = timezone.now()
    sent_at = now + timedelta(seconds=0.09)
    OutboxEventFactory(page=True, sent=True, event_id="a" * 32, event_time=now, sent_at=sent_at)
    assert ask("a" * 32)["a" * 32]["seconds"] == 0


def test_state__says_not_here_yet_of_ids_that_nobody_knows(ask):
    assert ask("never-heard-of")["never-heard-of"]["status"] == "not_here_yet"


def test_state__knows_a_browsers_copy_before_the_servers_row_is_there(ask):
    BrowserReceiptFactory(event_id="b" * 32)
    told = ask("b" * 32)["b" * 32]
    assert (told["status"], told["receipt"], told["is_settled"]) == ("not_here_yet", "handed_over", False)


def test_state__remembers_a_browsers_copy_whose_receipt_is_gone(ask):
    OutboxEventFactory(page=True, sent=True, event_id="a" * 32, browser_at=timezone.now())
    assert ask("a" * 32)["a" * 32]["receipt"] == "handed_over"


def test_state__believes_the_browser_that_had_it_over_the_one_that_was_blocked(ask):
    for visitor_key, state in (("1" * 16, BrowserState.HANDED_OVER), ("2" * 16, BrowserState.BLOCKED)):
        BrowserReceiptFactory(event_id="b" * 32, visitor_key=visitor_key, state=state)
    assert ask("b" * 32)["b" * 32]["receipt"] == "handed_over"


@pytest.mark.parametrize(
    "query",
    [
        {"id": ["e" * 8 + str(number) for number in range(21)]},
        {"id": ["short"]},
        {"id": ["x" * 65]},
        {"id": ["no spaces here"]},
        {"id": ["a" * 32 + "\n"]},
        {"order": "../../secret"},
        {"order": "x" * 44},
    ],
)
def test_state__refuses_what_is_no_list_of_event_ids(client, query):
    assert client.get(STATE, query).status_code == 400


def test_state__asks_a_fixed_number_of_questions_however_many_ids_it_gets(client, db, django_assert_num_queries):
    ids = [f"event-{number:04}" for number in range(20)]
    for each in ids:
        OutboxEventFactory(page=True, event_id=each)
    with django_assert_num_queries(2):
        client.get(STATE, {"id": ids})


def test_state__changes_nothing_and_is_kept_by_no_cache(client, db):
    row = OutboxEventFactory(page=True, sent=True, event_id="a" * 32)
    response = client.get(STATE, {"id": row.event_id})
    assert client.post(STATE).status_code == 405
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert OutboxEvent.objects.count() == 1


# -- an order's own events -------------------------------------------------------------------------------------------


def test_state__shows_an_orders_own_event_to_who_has_its_secret_token(client, db):
    order, row = paid_order()
    said = client.get(STATE, {"order": order.token}).json()
    assert said["order"] == [row.event_id]
    assert said["events"][row.event_id]["name"] == "Purchase"


@pytest.mark.parametrize("token", ["", "wrong-token", "1"])
def test_state__shows_no_order_without_its_token(client, db, token):
    order, _ = paid_order()
    said = client.get(STATE, {"order": token or order.number}).json()
    assert said == {"events": {}, "order": []}


def test_state__shows_one_order_and_not_the_next(client, db):
    order, row = paid_order()
    paid = Order.objects.create(**BUYER, status="paid", paid_at=timezone.now(), total=2)
    said = client.get(STATE, {"order": order.token}).json()
    assert said["order"] == [row.event_id]
    assert OutboxEvent.objects.filter(order_key=f"shop.order:{paid.pk}").exists()


def test_state__waits_for_an_order_that_is_not_paid(client, db):
    waiting = Order.objects.create(**BUYER, status="pending", total=1)
    assert client.get(STATE, {"order": waiting.token}).json() == {"events": {}, "order": []}


def test_state__gives_away_nothing_of_a_customer(client, db, visitor):
    with visitor():
        order, row = paid_order()
    person = json.loads(row.payload)["user_data"]
    hidden = [str(value) for known in person.values() for value in (known if isinstance(known, list) else [known])]
    answer = client.get(STATE, {"id": row.event_id, "order": order.token}).content.decode()
    assert len(hidden) > 5
    assert [value for value in [*hidden, *BUYER.values()] if value in answer and value != "DE"] == []
    said = {"name", "status", "says", "receipt", "seconds", "is_paired", "is_settled"}
    assert set(json.loads(answer)["events"][row.event_id]) == said


# -- staff -----------------------------------------------------------------------------------------------------------


def test_state__links_staff_to_the_event_in_the_admin(client, admin_user):
    row = OutboxEventFactory(page=True, event_id="a" * 32)
    client.force_login(admin_user)
    address = client.get(STATE, {"id": row.event_id}).json()["events"][row.event_id]["admin"]
    assert address == reverse("admin:capi_tracking_outboxevent_change", args=[row.pk])


@pytest.mark.parametrize(("is_staff", "permitted"), [(False, True), (True, False), (False, False)])
def test_state__links_nobody_else_there(client, django_user_model, is_staff, permitted):
    user = django_user_model.objects.create_user("jo", password="x", is_staff=is_staff)
    if permitted:
        user.user_permissions.add(Permission.objects.get(codename="view_outboxevent"))
    OutboxEventFactory(page=True, event_id="a" * 32)
    client.force_login(user)
    assert "admin" not in client.get(STATE, {"id": "a" * 32}).json()["events"]["a" * 32]


# -- hashing before and after ----------------------------------------------------------------------------------------


def rows_of(**typed):
    return {row["field"]: row for row in preview(typed)["rows"]}


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "  Kite@Example.ORG "},
        {"phone": "0171 2345678", "country": "DE"},
        {"phone": "0171 2345678"},
        {"phone": "020 7946 0018", "country": "United Kingdom"},
        {"phone": "+43 660 1234567", "country": "DE"},
        {"phone": "12", "country": "DE"},
        {"phone": "0171 2345678", "country": "Atlantis"},
        {"first_name": "Jürgen-Ötzi", "last_name": "d'Arc"},
        {"city": "Bad Zwischenahn 2", "postal_code": "D-26 757", "country": "DE"},
        {"postal_code": "94107-1234", "country": "US"},
        {"postal_code": "Klein Dorf", "country": "US"},
        {"email": "nobody"},
        {"email": "é" * 60},
    ],
)
def test_preview__shows_the_text_whose_hash_meta_gets(typed):
    user_data = UserData.of(**typed)
    for name, row in rows_of(**typed).items():
        assert [*filter(None, [row["hash"]])] == [*getattr(user_data, KEYS[name])]
        assert row["hash"] == (sha256(row["normal"].encode()).hexdigest() if row["normal"] else "")
        assert bool(row["note"]) != bool(row["hash"])


def test_preview__takes_what_is_a_hash_already_as_it_is():
    digest = sha256(b"kite@example.org").hexdigest()
    row = rows_of(email=digest.upper())["email"]
    assert (row["hash"], row["note"]) == (digest, "")


def test_preview__reads_phones_by_the_country_that_was_typed():
    assert rows_of(phone="0660 1234567", country="AT")["phone"]["normal"] == "436601234567"
    assert rows_of(phone="0660 1234567", country="DE")["phone"]["normal"] == "496601234567"


def test_hashes__answers_for_the_fields_it_knows_and_reads_no_other(client, db):
    response = client.post(HASHES, BUYER | {"password": "hunter2-hunter2", "message": "hello"})
    assert {row["field"] for row in response.json()["rows"]} == set(KEYS)
    assert "hunter2" not in response.content.decode()
    assert sha256(b"hunter2-hunter2").hexdigest() not in response.content.decode()


def test_hashes__stores_nothing_and_is_kept_by_no_cache(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.post(HASHES, BUYER)
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    stored = [model for model in apps.get_app_config("capi_tracking").get_models() if model._default_manager.exists()]
    assert stored == []


def test_hashes__logs_nothing_of_what_was_typed(client, db, caplog):
    with caplog.at_level(0):
        client.post(HASHES, BUYER)
        client.post(HASHES, {"email": "kite@example.org" * 20})
    assert "kite@example.org" not in caplog.text


def test_hashes__needs_the_pages_token(db):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(HASHES, BUYER).status_code == 403


def test_hashes__refuses_what_is_longer_than_anybodys_name(client, db):
    assert client.post(HASHES, {"email": "x" * 255}).status_code == 400


def test_hashes__is_asked_by_post_alone(client, db):
    assert client.get(HASHES, {"email": "kite@example.org"}).status_code == 405


# -- the drawer in a page --------------------------------------------------------------------------------------------


def drawer(page):
    return page[page.index('<aside class="hood"') : page.index("</aside>", page.index('<aside class="hood"'))]


def test_drawer__is_the_same_for_every_visitor(client, products, admin_client):
    address = products[0].get_absolute_url()
    one, other = (visitor.get(address).content.decode() for visitor in (client, admin_client))
    assert drawer(one) == drawer(other)
    assert "csrf" not in drawer(one)


def test_drawer__holds_no_event_of_its_own_and_no_answer_for_the_visitor(client, products):
    text = drawer(client.get(products[0].get_absolute_url()).content.decode())
    assert "data-capi" not in text


def test_drawer__leads_to_the_sandbox_only_where_there_is_one(client, products, settings):
    settings.USES_SANDBOX, settings.GRAPH_URL = True, "http://127.0.0.1:8990"
    assert 'href="http://127.0.0.1:8990/"' in drawer(client.get("/").content.decode())
    settings.USES_SANDBOX = False
    assert "127.0.0.1" not in drawer(client.get("/").content.decode())
