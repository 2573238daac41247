"""The page of Meta's own numbers, its button, and where these stand beside ours."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from capi_tracking.models import QualityFetch, QualitySnapshot
from tests.dataset_quality.asking import fetch, others_send, send
from tests.factories import OutboxEventFactory
from tests.sandbox.both_sides import BothSides

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:capi_tracking_qualitysnapshot_changelist")
ASK = {"fetch": "1"}


def test_page__is_for_who_may_see_it(staff: Any) -> None:
    assert staff("view_outboxevent").get(PAGE).status_code == 403


def test_page__before_the_first_question_says_so(staff: Any) -> None:
    page = staff("view_qualitysnapshot").get(PAGE)
    assert page.status_code == 200
    assert "Nothing has been sent or fetched yet" in page.text
    assert "Fetch now" not in page.text


def test_button__needs_its_own_permission(staff: Any, meta: BothSides) -> None:
    client = staff("view_qualitysnapshot", "change_qualitysnapshot")
    assert client.post(PAGE, ASK).status_code == 403
    assert not QualityFetch.objects.exists()


def test_button__asks_meta_and_the_history_says_who_did(staff: Any, meta: BothSides) -> None:
    meta.pair("Lead", "id-0000001")
    client = staff("view_qualitysnapshot", "fetch_qualitysnapshot")
    page = client.post(PAGE, ASK, follow=True)
    assert "Meta told of 1 event" in page.text
    assert "Fetch now" in page.text
    assert LogEntry.objects.get().object_repr == "default: 1"
    assert "wait half a minute" in client.post(PAGE, ASK, follow=True).text
    assert meta.sandbox.requests["reading"] == 3


def test_button__a_refusal_is_explained_with_what_to_do(staff: Any, meta: BothSides) -> None:
    meta.sandbox.switch("send_only")
    client = staff("view_qualitysnapshot", "fetch_qualitysnapshot")
    page = client.post(PAGE, ASK, follow=True)
    for text in ("may send events and not read", "Code 200.", "ads_read", "Asked "):
        assert text in page.text
    assert LogEntry.objects.get().object_repr == "default: permission"


@pytest.mark.parametrize("form", [{}, {"action": "delete_selected"}])
def test_page__takes_no_other_post(admin_client: Any, form: dict[str, str]) -> None:
    assert admin_client.post(PAGE, form).status_code == 405


def test_page__shows_both_counts_and_who_else_sends(admin_client: Any, meta: BothSides) -> None:
    send(30)
    others_send(meta, 10)
    fetch()
    page = admin_client.get(PAGE).text
    assert "10 came from a server that is not ours." in page
    assert ">40<" in page
    assert ">30<" in page


def test_page__shows_the_days_of_an_event_and_leads_to_each(admin_client: Any, meta: BothSides) -> None:
    meta.pair("Lead", "id-0000001")
    fetch()
    before = timezone.localdate() - timedelta(days=2)
    day = QualitySnapshot.objects.create(pixel="default", event_name="Lead", day=before, server_count=7)
    page = admin_client.get(PAGE, {"pixel": "default", "event": "Lead"}).text
    assert "Lead, day by day" in page
    row = reverse("admin:capi_tracking_qualitysnapshot_change", args=[day.pk])
    assert row in page
    assert admin_client.get(row).status_code == 200
    assert "day by day" not in admin_client.get(PAGE, {"pixel": "default", "event": "<script>\0"}).text


def test_page__what_a_stranger_wrote_is_text(admin_client: Any, meta: BothSides) -> None:
    meta.pair("<b>Lead</b>", "id-0000001")
    fetch()
    page = admin_client.get(PAGE, {"pixel": "default", "event": "<b>Lead</b>"}).text
    assert "&lt;b&gt;Lead&lt;/b&gt;" in page
    assert "<b>Lead</b>" not in page


def test_day__tells_keys_and_diagnostics_as_text(admin_client: Any) -> None:
    said = {"name": "<i>IPv6", "description": "IPv4 came", "solution": "", "percent": 40.0, "affected": 4, "total": 10}
    shares = {"event_id": {"browser": 100.0, "server": None, "added": 50.0}}
    row = QualitySnapshot.objects.create(
        pixel="default",
        event_name="Lead",
        day=timezone.localdate(),
        keys={"email": 75.5},
        dedup=shares,
        diagnostics=[said],
    )
    page = admin_client.get(reverse("admin:capi_tracking_qualitysnapshot_change", args=[row.pk])).text
    for text in ("email: 75.5\N{NO-BREAK SPACE}%", "covers 50\N{NO-BREAK SPACE}% more", "&lt;i&gt;IPv6: IPv4 came (40"):
        assert text in page


def test_page__asks_few_queries(admin_client: Any, meta: BothSides, django_assert_max_num_queries: Any) -> None:
    for name in ("Lead", "View", "Subscribe"):
        meta.pair(name, "id-0000001")
    fetch()
    with django_assert_max_num_queries(6):
        admin_client.get(PAGE, {"pixel": "default", "event": "Lead"})


def test_match_quality__shows_metas_score_with_its_time_beside_ours(admin_client: Any, meta: BothSides) -> None:
    send(1)
    fetch()
    score = QualitySnapshot.objects.get().score
    page = admin_client.get(reverse("admin:capi_tracking_matchquality_changelist"), {"event": "Lead"}).text
    assert f"{score}&nbsp;<span" in page
    assert "when it was fetched" in page


def test_dashboard__says_why_metas_numbers_are_missing(admin_client: Any, meta: BothSides) -> None:
    OutboxEventFactory(sent=True)
    meta.sandbox.switch("send_only")
    fetch()
    page = admin_client.get(reverse("admin:capi_tracking_dashboard_changelist")).text
    assert "Meta&#x27;s numbers could not be fetched" in page or "Meta's numbers could not be fetched" in page


def test_dashboard__names_who_else_sends(admin_client: Any, meta: BothSides) -> None:
    send(30)
    others_send(meta, 10)
    fetch()
    page = admin_client.get(reverse("admin:capi_tracking_dashboard_changelist")).text
    assert "Somebody else sends Lead from a server" in page
