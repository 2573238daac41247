"""``about-me/``: whoever is logged in sees what Meta was told of them, nobody else's, and can end it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capi_tracking import consent as consents
from capi_tracking.models import Erasure, OutboxEvent, Status
from capi_tracking.views import about, words
from tests.factories import an_event
from tests.privacy.people import BROWSER, JO, KIM, OTHER_BROWSER, event_of, sent

pytestmark = pytest.mark.django_db
PAGE, EXPORT = reverse("capi_tracking:about_me"), reverse("capi_tracking:export_me")


@pytest.fixture
def jo(client: Client, django_user_model: Any) -> dict[str, Any]:
    """Logged in, at their browser: how their events are marked."""
    user = django_user_model.objects.create_user("jo", email=JO)
    client.force_login(user)
    client.cookies["_fbp"] = BROWSER
    return {"external_id": str(user.pk), "email": JO, "fbp": BROWSER}


def html_of(client: Client, query: str = "") -> str:
    return client.get(PAGE + query).content.decode()


def names(html: str) -> list[str]:
    return re.findall(r"<li>\s*<p><strong>([\w ]+)</strong>", html)


@pytest.mark.parametrize("address", [PAGE, EXPORT])
def test_about_me__is_for_whoever_is_logged_in(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert "login" in response["Location"]
    assert response["Cache-Control"] == "private, no-store"


def test_about_me__shows_what_was_told_when_and_with_which_fields(client: Client, jo: dict[str, Any]) -> None:
    sent(event_of("sale", name="Purchase", order_key="shop.order:1", **jo))
    html = html_of(client)
    assert "Purchase" in html
    assert "49.90 EUR" in html
    assert "Told to Meta on" in html
    assert "With it: e-mail address, customer number, IP address, kind of browser, number of this browser<" in html
    assert "You said yes" in html


def test_about_me__lists_each_answer_once_however_many_events_prove_it(client: Client, jo: dict[str, Any]) -> None:
    now = timezone.now()
    for number, state in enumerate(["granted", "granted", "denied", "denied", "granted"]):
        event_of(f"event{number}", **jo)
        proof = {"consent_state": state, "consent_at": now - timedelta(days=9 - number)}
        OutboxEvent.objects.filter(event_id=f"event{number}").update(**proof)
    assert re.findall(r"You said \w+", html_of(client)) == ["You said yes", "You said no", "You said yes"]


@pytest.mark.parametrize(("status", "told"), [(Status.PENDING, "Waits to be told"), (Status.SKIPPED, "Was not told")])
def test_about_me__says_what_was_not_told(client: Client, jo: dict[str, Any], status: str, told: str) -> None:
    event_of("view", **jo)
    OutboxEvent.objects.update(status=status)
    assert told in html_of(client)


def test_about_me__shows_nobody_elses(client: Client, jo: dict[str, Any]) -> None:
    event_of("kims", external_id="999", email=KIM, fbp=BROWSER, name="Lead")
    event_of("elsewhere", fbp=OTHER_BROWSER, name="Search")
    event_of("view", fbp=BROWSER)
    html = html_of(client)
    assert "Article viewed" in html
    assert "Enquiry" not in html
    assert "Searched" not in html
    assert "49.90" not in html, "of what names nobody, neither fields nor value"


def test_about_me__an_address_that_anybody_can_type_shows_nothing(client: Client, jo: dict[str, Any]) -> None:
    event_of("guest", name="Purchase", order_key="shop.order:1", email=JO, fbp=OTHER_BROWSER)
    assert "49.90" not in html_of(client)
    assert "shop.order:1" not in client.get(EXPORT).content.decode()


def test_about_me__is_paged_newest_first_and_bounded(
    client: Client, jo: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(about, "PER_PAGE", 2)
    monkeypatch.setattr(about, "LAST_PAGE", 2)
    now = timezone.now()
    for number, name in enumerate(["Search", "Lead", "Contact", "Subscribe", "PageView"]):
        event_of(f"event{number}", name=name, **jo)
        OutboxEvent.objects.filter(event_name=name).update(event_time=now - timedelta(hours=number))
    first, second = html_of(client), html_of(client, "?page=2")
    assert names(first)[:2] == ["Searched", "Enquiry"]
    assert "?page=2" in first
    assert names(second)[:2] == ["Contact", "Subscription"]
    assert "There is more." in second
    assert "?page=3" not in second
    assert names(html_of(client, "?page=3"))[:2] == ["Contact", "Subscription"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "99999999999999999999", "\u0663", "%00"])
def test_about_me__any_page_number_is_a_page(client: Client, jo: dict[str, Any], page: str) -> None:
    assert client.get(f"{PAGE}?page={page}").status_code == 200


def test_about_me__asks_as_many_questions_however_much_there_is(client: Client, jo: dict[str, Any]) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            html_of(client)
        return len(queries)

    before = count()
    for number in range(5):
        event_of(f"event{number}", **jo)
    assert count() == before


def test_export__is_all_of_it_as_a_file(client: Client, jo: dict[str, Any]) -> None:
    event_of("sale", name="Purchase", order_key="shop.order:1", **jo)
    event_of("view", fbp=BROWSER)
    response = client.get(EXPORT)
    kept = json.loads(response.content)["default"]
    assert [each["event_id"] for each in kept["events"]] == ["sale"]
    assert [each["event_id"] for each in kept["events_of_browsers"]] == ["view"]
    assert response["Content-Disposition"] == 'attachment; filename="told-to-meta.json"'
    assert response["Cache-Control"] == "private, no-store"


def test_withdraw__cancels_keeps_the_list_and_the_browser_knows(client: Client, jo: dict[str, Any]) -> None:
    event_of("waits", **jo)
    response = client.post(PAGE, {"wish": "withdraw"})
    assert OutboxEvent.objects.get().status == Status.CANCELLED
    assert consents.from_cookie(response.cookies[consents.COOKIE].value).state == "denied"
    assert "Your consent is withdrawn" in client.get(response["Location"]).content.decode()
    assert "Article viewed" in html_of(client)


def test_delete__takes_the_person_out_and_notes_that_not_who(client: Client, jo: dict[str, Any]) -> None:
    event_of("sale", name="Purchase", order_key="shop.order:1", **jo)
    event_of("kims", external_id="999", email=KIM, fbp=BROWSER)
    response = client.post(PAGE, {"wish": "delete", "sure": "yes"})
    html = client.get(response["Location"]).content.decode()
    assert "It is deleted." in html
    assert "There is nothing here." in html
    row = OutboxEvent.objects.get(event_id="sale")
    assert (row.external_key, row.email_key, row.visitor_key, row.payload) == (None, None, None, "")
    assert OutboxEvent.objects.get(event_id="kims").email_key
    assert Erasure.objects.get().done_by == "customer"


def test_delete__without_the_tick_nothing_goes(client: Client, jo: dict[str, Any]) -> None:
    event_of("waits", **jo)
    response = client.post(PAGE, {"wish": "delete"})
    assert "Nothing was deleted" in client.get(response["Location"]).content.decode()
    assert OutboxEvent.objects.get().payload
    assert consents.COOKIE not in response.cookies


def test_about_me__another_site_can_end_nothing(django_user_model: Any, settings: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
    client = Client(enforce_csrf_checks=True)
    client.force_login(django_user_model.objects.create_user("jo"))
    assert client.post(PAGE, {"wish": "delete", "sure": "yes"}).status_code == 403
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("wish", ["", "grant", "<script>"])
def test_about_me__does_nothing_else(client: Client, jo: dict[str, Any], wish: str) -> None:
    assert client.post(PAGE, {"wish": wish}).status_code == 400


def test_about_me__what_is_in_the_address_is_not_in_the_page(client: Client, jo: dict[str, Any]) -> None:
    assert "<script>alert" not in html_of(client, "?done=<script>alert(1)</script>")


def test_words__every_field_that_a_visitor_may_meet_has_one() -> None:
    assert set(an_event().user_data.keys) <= words.FIELDS.keys()
