"""What others wrote stands on the visitors' pages, and in what they take along, as text."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from capi_tracking.models import OutboxEvent
from tests.privacy.people import BROWSER, JO, event_of, sent

EVIL = '"><script>zq9()</script>'

pytestmark = pytest.mark.django_db


@pytest.fixture
def jo(client: Client, django_user_model: Any) -> Client:
    user = django_user_model.objects.create_user("jo", email=JO)
    client.force_login(user)
    client.cookies["_fbp"] = BROWSER
    sent(event_of("view", external_id=str(user.pk), email=JO, fbp=BROWSER))
    OutboxEvent.objects.update(event_name=EVIL, currency="<b>", match_keys=f"em {EVIL}", notes=EVIL, reason=EVIL)
    return client


def test_about_me__shows_what_a_row_holds_as_text(jo: Client) -> None:
    html = jo.get(reverse("capi_tracking:about_me")).content.decode()
    assert "&lt;script&gt;zq9" in html
    assert "<script>zq9" not in html
    assert "<b>" not in html


def test_export__is_a_file_of_json_that_no_browser_shows_as_a_page(jo: Client) -> None:
    answer = jo.get(reverse("capi_tracking:export_me"))
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
