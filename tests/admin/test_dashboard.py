"""The dashboard: who may see it, what it tells and where it leads."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from capi_tracking.delivery import deliver_due, sweep
from capi_tracking.models import (
    OutboxEvent,
    PageReport,
    Pixel,
    Status,
)
from tests.admin.reading import address
from tests.admin.rows import one_of_each
from tests.factories import (
    DeliveryAttemptFactory,
    OutboxEventFactory,
    PixelFactory,
)

pytestmark = pytest.mark.django_db
DASHBOARD = "admin:capi_tracking_dashboard_changelist"


def test_dashboard__needs_its_own_permission(staff):
    client = staff("view_outboxevent")
    assert client.get(reverse(DASHBOARD)).status_code == 403


def test_dashboard__shows_a_marketer_numbers_and_no_event(staff):
    event = one_of_each()
    client = staff("view_dashboard")
    page = client.get(reverse(DASHBOARD))
    assert page.status_code == 200
    assert event.event_id not in page.text
    assert "/outboxevent/" not in page.text
    assert client.get(address("outboxevent")).status_code == 403
    assert client.get(address("outboxevent", "change", event.pk)).status_code == 403
    assert client.get(f"{reverse(DASHBOARD)}{event.pk}/change/").status_code == 404


def test_dashboard__is_in_the_menu_without_add(staff):
    index = staff("view_dashboard").get(reverse("admin:index"))
    assert reverse(DASHBOARD) in index.text
    assert "dashboard/add" not in index.text


@pytest.mark.parametrize("period", ["24h", "7d", "28d", ""])
def test_dashboard__has_numbers_for_every_period(admin_client, period):
    one_of_each()
    page = admin_client.get(reverse(DASHBOARD), {"period": period})
    assert page.status_code == 200
    assert "Tracking is healthy" in page.text
    assert 'role="img"' in page.text


def test_dashboard__asks_at_most_12_queries(staff, django_assert_max_num_queries):
    for _ in range(5):
        one_of_each()
    DeliveryAttemptFactory(denied=True)
    client = staff("view_dashboard", "view_outboxevent", "change_pixel", "view_pixel")
    with django_assert_max_num_queries(12):
        client.get(reverse(DASHBOARD))


def test_dashboard__empty_is_a_checklist_and_no_chart(admin_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = admin_client.get(reverse(DASHBOARD))
    assert "What to do" in page.text
    assert "<svg class" not in page.text


@pytest.mark.parametrize("shadow", [True, False])
def test_dashboard__says_that_shadow_mode_is_on(admin_client, capi, shadow):
    capi(SHADOW=shadow)
    assert ("Shadow mode is on" in admin_client.get(reverse(DASHBOARD)).text) is shadow


@pytest.mark.parametrize(
    ("mode", "advice"),
    [("report", "or set FOREIGN_PIXELS"), ("refuse", "Those calls are refused"), ("adopt", "Those calls are adopted")],
)
def test_dashboard__names_a_foreign_pixel_its_pages_and_what_to_do(admin_client, capi, mode, advice):
    capi(FOREIGN_PIXELS=mode)
    PageReport.objects.add_all(timezone.localdate(), {("foreign", "/<b>/", "999", "PageView"): 3})
    PageReport.objects.add_all(timezone.localdate(), {("foreign", "", "1234567890", "PageView"): 1})
    page = admin_client.get(reverse(DASHBOARD)).text
    text = " ".join(re.sub(r"<[^>]+>", "", page[page.index("capi-problems") :]).split())
    assert "A script that is not ours called pixel 999 3 times on /&lt;b&gt;/." in text
    assert "A script that is not ours called pixel 1234567890 (“default”) 1 time on a private page." in text
    assert advice in text
    assert f'href="{address("pagereport")}"' in page


def test_dashboard__names_what_a_policy_blocked_and_what_to_do(admin_client):
    PageReport.objects.add_all(timezone.localdate(), {("violation", "/thanks/", "img-src", "www.facebook.com"): 2})
    page = admin_client.get(reverse(DASHBOARD)).text
    text = " ".join(re.sub(r"<[^>]+>", "", page[page.index("capi-problems") :]).split())
    assert "The security policy of your pages blocked www.facebook.com in img-src 2 times on /thanks/." in text
    assert "Let capi_tracking.csp extend the policy" in text


def test_dashboard__leads_only_those_to_the_pages_who_may_see_them(staff):
    PageReport.objects.add_all(timezone.localdate(), {("foreign", "/p/", "999", "PageView"): 3})
    marketer = staff("view_dashboard")
    assert address("pagereport") not in marketer.get(reverse(DASHBOARD)).text
    assert marketer.get(address("pagereport")).status_code == 403


def test_page_reports__can_be_read_and_not_changed(admin_client):
    PageReport.objects.add_all(timezone.localdate(), {("foreign", "/p/", "999", "PageView"): 3})
    page = admin_client.get(address("pagereport")).text
    assert "/p/" in page
    assert "999" in page
    row = PageReport.objects.get()
    assert admin_client.get(address("pagereport", "change", row.pk)).status_code == 200
    assert admin_client.get(address("pagereport", "add")).status_code == 403
    assert admin_client.post(address("pagereport", "delete", row.pk), {"post": "yes"}).status_code == 403


def test_dashboard__a_paused_pixel_can_be_resumed_from_there(admin_client):
    PixelFactory(state="paused", paused_reason="token refused", paused_at=timezone.now())
    held = OutboxEventFactory(status=Status.HELD, reason="denied_190")
    other = OutboxEventFactory(status=Status.HELD, reason="other_environment")
    page = admin_client.get(reverse(DASHBOARD)).text
    form = page[page.index('<form method="post" action="/admin/capi_tracking/pixel/">') :].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="(\w+)"', form))
    admin_client.post(address("pixel"), fields)
    assert Pixel.objects.get().state == "open"
    assert OutboxEvent.objects.get(pk=held.pk).status == Status.PENDING
    assert OutboxEvent.objects.get(pk=other.pk).status == Status.HELD
    assert LogEntry.objects.get().change_message == "Resumed"


def test_dashboard__tells_of_answers_that_do_not_confirm_and_leads_to_their_events(admin_client):
    OutboxEventFactory(status=Status.SENT, short_ack=True, event_id="odd")
    OutboxEventFactory(status=Status.SENT, event_id="plain")
    page = admin_client.get(reverse(DASHBOARD)).text
    assert "Meta took 1 event with an answer that does not say so." in page
    link = re.search(r'href="([^"]+short_ack[^"]+)"', page)[1].replace("&amp;", "&")
    found = admin_client.get(link).text
    assert ("odd" in found, "plain" in found) == (True, False)


def test_pause__stops_a_pixel_until_a_person_resumes_it(admin_client):
    pixel, due = PixelFactory(), OutboxEventFactory()
    admin_client.post(address("pixel"), {"action": "pause", "_selected_action": pixel.pk})
    sweep()
    assert Pixel.objects.get().paused_reason == "Paused by admin."
    assert OutboxEvent.objects.get(pk=due.pk).status == Status.PENDING
    admin_client.post(address("pixel"), {"action": "resume", "_selected_action": pixel.pk})
    assert deliver_due().delivered == 1
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == ["Paused", "Resumed"]


def test_pause__holds_a_refused_pixel_that_a_new_token_would_resume(admin_client):
    pixel = PixelFactory(state="paused", paused_reason="denied 190", refused_fingerprint="of the old token")
    admin_client.post(address("pixel"), {"action": "pause", "_selected_action": pixel.pk})
    sweep()
    pixel.refresh_from_db()
    assert (pixel.state, pixel.paused_reason) == ("paused", "Paused by admin.")
    assert LogEntry.objects.get().change_message == "Paused"


def test_pages__hold_under_a_strict_content_security_policy(admin_client):
    event = one_of_each()
    PixelFactory(alias="other", state="paused")
    for url in (reverse(DASHBOARD), address("outboxevent", "change", event.pk), address("outboxevent")):
        page = admin_client.get(url).text
        own = page[page.index('id="content"') : page.index('id="footer"')]
        assert not re.search(r"<[^>]+ style=|<[^>]+ on\w+=|<script(?![^>]+src)", own)
