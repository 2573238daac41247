"""What staff may see and do."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from capi_tracking.admin.lists import filters
from capi_tracking.admin.lists.readonly import MOST_CHANGED
from capi_tracking.delivery import deliver_due, sweep
from capi_tracking.models import (
    ApiKey,
    Erasure,
    OrderDifference,
    OutboxEvent,
    PageReport,
    Pixel,
    SkipCount,
    Status,
    Withdrawal,
)
from tests.factories import (
    FBP,
    BrowserReceiptFactory,
    CheckoutContextFactory,
    DeliveryAttemptFactory,
    OutboxEventFactory,
    PixelFactory,
)
from tests.sales import new_order

pytestmark = pytest.mark.django_db
LISTS = [
    "outboxevent",
    "deliveryattempt",
    "browserreceipt",
    "checkoutcontext",
    "pixel",
    "skipcount",
    "erasure",
    "orderdifference",
    "withdrawal",
]
DASHBOARD = "admin:capi_tracking_dashboard_changelist"


def address(model, page="changelist", *args):
    return reverse(f"admin:capi_tracking_{model}_{page}", args=args)


def one_of_each():
    event = OutboxEventFactory(sent=True, last_attempt=DeliveryAttemptFactory())
    BrowserReceiptFactory(row=event)
    CheckoutContextFactory()
    PixelFactory()
    SkipCount.objects.add(timezone.localdate(), "default", "PageView", "bot")
    ApiKey.objects.issue(ApiKey(name="Till", pixels=["default"]))
    Erasure.objects.create(done_by="command", kinds="email", events=3)
    Withdrawal.objects.note({("email", "0123456789abcdef")}, at=timezone.now(), reason="consent_withdrawn")
    difference = {"order_key": event.order_key, "pixel": "default", "event_name": "Purchase", "kind": "drift"}
    OrderDifference.objects.get_or_create(**difference, defaults={"event_time": event.event_time})
    return event


# -- dashboard -----------------------------------------------------------------------------------------------------


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


# -- lists ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", LISTS)
def test_lists__open_and_let_nobody_add_change_or_delete(admin_client, model):
    one_of_each()
    assert admin_client.get(address(model)).status_code == 200
    assert admin_client.get(address(model, "add")).status_code == 403
    pk = {"skipcount": SkipCount, "pixel": Pixel, "outboxevent": OutboxEvent}.get(model)
    if pk:
        assert admin_client.post(address(model, "delete", pk.objects.first().pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_lists__need_the_view_permission(staff, model):
    assert staff("view_dashboard").get(address(model)).status_code == 403


@pytest.mark.parametrize(
    "model", ["deliveryattempt", "browserreceipt", "checkoutcontext", "pixel", "skipcount", "erasure", "withdrawal"]
)
def test_pages__of_every_model_open_read_only(admin_client, model):
    one_of_each()
    row = admin_client.get(address(model)).context["cl"].queryset.get()
    page = admin_client.get(address(model, "change", row.pk))
    assert page.status_code == 200
    assert "_save" not in page.text


def test_event_list__costs_the_same_for_many_rows(admin_client, django_assert_max_num_queries):
    for _ in range(30):
        one_of_each()
    with django_assert_max_num_queries(6):
        assert admin_client.get(address("outboxevent")).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"sent", "pending", "page"}),
        ({"period": "all"}, {"sent", "pending", "page", "old"}),
        ({"q": "old"}, {"old"}),
        ({"q": "old", "period": "7d"}, set()),
        ({"status__exact": "sent"}, {"sent"}),
        ({"event": "ViewContent"}, {"page"}),
        ({"event": "custom"}, set()),
        ({"pair": "both"}, {"sent"}),
        ({"source__exact": "relay"}, {"page"}),
        ({"of_pixel": "default"}, {"sent", "pending", "page"}),
        ({"of_pixel": "default", "consent_state__exact": "denied"}, set()),
        ({"q": "ol"}, set()),
    ],
)
def test_event_list__filters_and_searches(admin_client, query, found):
    BrowserReceiptFactory(row=OutboxEventFactory(sent=True, event_id="sent"))
    OutboxEventFactory(event_id="pending")
    OutboxEventFactory(page=True, event_id="page")
    OutboxEventFactory(sent=True, event_id="old", event_time=timezone.now() - timedelta(days=60))
    listed = admin_client.get(address("outboxevent"), query).context["cl"].result_list
    assert {event.event_id for event in listed} == found


def test_event_list__finds_an_order_by_the_number_that_the_shop_gave_it(admin_client):
    order = new_order()
    order.save()
    OutboxEventFactory()
    listed = admin_client.get(address("outboxevent"), {"q": order.number}).context["cl"].result_list
    assert [event.order_key for event in listed] == [f"shop.order:{order.pk}"]


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("outboxevent", {"payload__contains": "8.8.8.8"}),
        ("outboxevent", {"email_key__startswith": "a"}),
        ("checkoutcontext", {"fbp__startswith": "fb.1"}),
        ("deliveryattempt", {"events__contains": "1"}),
    ],
)
def test_lists__filter_by_their_own_filters_alone(admin_client, model, query):
    one_of_each()
    assert admin_client.get(address(model), query).status_code == 400


@pytest.mark.parametrize("query", [{"event": "\0"}, {"of_pixel": "\0"}, {"status__exact": "\0"}])
def test_event_list__survives_what_no_database_can_look_for(admin_client, query):
    assert admin_client.get(address("outboxevent"), query, follow=True).redirect_chain


@pytest.mark.parametrize("model", ["outboxevent", "deliveryattempt"])
def test_lists__name_the_pixel_only_where_there_are_several(admin_client, capi, model):
    one_of_each()
    columns = admin_client.get(address(model)).context["cl"].list_display
    capi(PIXELS={"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}})
    assert [*columns, "pixel"] == admin_client.get(address(model)).context["cl"].list_display


def test_event_list__of_several_statuses_and_of_odd_answers(admin_client):
    dead, expired, odd = (OutboxEventFactory(sent=True, event_id=name) for name in ("dead", "expired", "odd"))
    OutboxEventFactory(sent=True)
    for event, changes in ((dead, {"status": "dead"}), (expired, {"status": "expired"}), (odd, {"short_ack": True})):
        OutboxEvent.objects.filter(pk=event.pk).update(**changes)

    def found(**query):
        return {event.event_id for event in admin_client.get(address("outboxevent"), query).context["cl"].result_list}

    assert found(status__in="dead,expired") == {"dead", "expired"}
    assert found(short_ack__exact="1") == {"odd"}
    assert "odd" not in found(short_ack__exact="0")


@pytest.fixture
def five_events_of_which_three_are_looked_through(monkeypatch):
    monkeypatch.setattr(filters, "MOST_SCANNED", 3)
    for hours in range(5):
        event_time = timezone.now() - timedelta(hours=hours)
        OutboxEventFactory(page=hours != 4, event_id=f"hour-{hours}", event_time=event_time)


@pytest.mark.parametrize(
    ("query", "found", "is_told"),
    [
        ({}, {0, 1, 2, 3, 4}, False),
        ({"event": "ViewContent"}, {0, 1, 2}, True),
        ({"pair": "neither"}, {0, 1, 2}, True),
        ({"event": "Purchase"}, set(), True),
        ({"event": "Purchase", "status__exact": "pending"}, {4}, False),
        ({"event": "Purchase", "q": "hour-4"}, {4}, False),
    ],
)
def test_event_list__looks_through_the_newest_where_no_index_leads_and_says_so(
    admin_client, five_events_of_which_three_are_looked_through, query, found, is_told
):
    page = admin_client.get(address("outboxevent"), query)
    assert {event.event_id for event in page.context["cl"].result_list} == {f"hour-{hours}" for hours in found}
    assert ("Only the newest 3 were looked through, those since" in page.text) is is_told


def test_event_list__that_was_looked_through_has_pages(admin_client):
    for number in range(51):
        OutboxEventFactory(event_id=f"e{number}", event_time=timezone.now() - timedelta(minutes=number))
    pages = [
        admin_client.get(address("outboxevent"), {"pair": "neither", "p": page}).context["cl"].result_list
        for page in (1, 2)
    ]
    assert [len(page) for page in pages] == [50, 1]
    assert [event.event_id for event in pages[1]] == ["e50"]


def test_event_list__never_counts_the_whole_table(admin_client, django_assert_max_num_queries):
    OutboxEventFactory()
    with django_assert_max_num_queries(6) as asked:
        admin_client.get(address("outboxevent"), {"period": "all"})
    counts = [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 10000" in sql for sql in counts)


# -- one event -----------------------------------------------------------------------------------------------------


def test_event_page__tells_the_story(admin_client):
    event = one_of_each()
    page = admin_client.get(address("outboxevent", "change", event.pk)).text
    for told in (
        "Meta took it.",
        "both sides",
        "Browser receipt",
        "Paired",
        event.order_key,
        "e-mail",
        "date of birth",
    ):
        assert told in page
    assert event.last_attempt.trace_id in page


def test_event_page__shows_no_plain_customer_data(admin_client):
    event = one_of_each()
    context = CheckoutContextFactory(fbc="fb.1.1596403881668.AbCdEfGhIjKlMnOp")
    for url in (address("outboxevent", "change", event.pk), address("checkoutcontext", "change", context.pk)):
        page = admin_client.get(url).text
        for secret in (FBP, "8.8.8.8", "AppleWebKit", "AbCdEfGhIjKlMnOp", "jane@example.com"):
            assert secret not in page


def test_event_page__is_few_queries(admin_client, django_assert_max_num_queries):
    event = one_of_each()
    for _ in range(10):
        BrowserReceiptFactory(row=event, visitor_key=f"v{_}")
    with django_assert_max_num_queries(8):
        admin_client.get(address("outboxevent", "change", event.pk))


@pytest.mark.parametrize("pk", ["0", "nonsense", "99999999999999999999999"])
def test_event_page__of_no_event_is_not_found(admin_client, pk):
    assert admin_client.get(f"/admin/capi_tracking/outboxevent/{pk}/change/").status_code == 404


@pytest.mark.parametrize(("verb", "status"), [("retry", Status.PENDING), ("cancel", Status.CANCELLED)])
def test_event_page__buttons_act_and_are_written_into_the_history(admin_client, verb, status):
    event = OutboxEventFactory(status=Status.HELD, reason="denied")
    url = address("outboxevent", "change", event.pk)
    assert f'name="{verb}"' in admin_client.get(url).text
    assert admin_client.post(url, {verb: "1", "confirmed": "yes"}).status_code == 302
    event.refresh_from_db()
    assert event.status == status
    assert LogEntry.objects.get().object_id == str(event.pk)


def test_event_page__cancel_takes_the_customers_data_at_once(admin_client):
    event = OutboxEventFactory()
    url = address("outboxevent", "change", event.pk)
    assert "there is no way back" in admin_client.post(url, {"cancel": "1"}).text
    event.refresh_from_db()
    assert event.status == Status.PENDING
    admin_client.post(url, {"cancel": "1", "confirmed": "yes"})
    event.refresh_from_db()
    assert event.payload == ""
    assert "The contents are gone" in admin_client.get(address("outboxevent", "change", event.pk)).text


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_event_page__viewers_get_no_buttons_and_may_not_post(staff, verb):
    event = OutboxEventFactory(status=Status.HELD)
    client = staff("view_outboxevent")
    url = address("outboxevent", "change", event.pk)
    assert f'name="{verb}"' not in client.get(url).text
    assert client.post(url, {verb: "1"}).status_code == 403
    assert client.post(
        address("outboxevent"), {"action": verb, "_selected_action": event.pk, "index": 0}
    ).status_code in {
        200,
        302,
    }
    event.refresh_from_db()
    assert event.status == Status.HELD


def test_event_page__posts_need_a_csrf_token(client, admin_user):
    event = OutboxEventFactory()
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(address("outboxevent", "change", event.pk), {"cancel": "1"}).status_code == 403
    assert OutboxEvent.objects.get().status == Status.PENDING


def test_event_page__a_sent_event_stays_sent(admin_client):
    event = OutboxEventFactory(sent=True)
    for verb in ("retry", "cancel"):
        admin_client.post(address("outboxevent", "change", event.pk), {verb: "1", "confirmed": "yes"})
    assert OutboxEvent.objects.get().status == Status.SENT
    assert not LogEntry.objects.exists()


def test_event_page__another_post_is_refused(admin_client):
    event = OutboxEventFactory()
    assert admin_client.post(address("outboxevent", "change", event.pk), {"status": "sent"}).status_code == 405


# -- actions -------------------------------------------------------------------------------------------------------


def test_actions__retry_and_cancel_many(admin_client):
    dead = [OutboxEventFactory(status=Status.DEAD) for _ in range(3)]
    sent = OutboxEventFactory(sent=True)
    chosen = [event.pk for event in [*dead, sent]]
    page = admin_client.post(address("outboxevent"), {"action": "retry", "_selected_action": chosen}, follow=True)
    assert "Tried again: 3 of 4 events." in page.text
    assert OutboxEvent.objects.filter(status=Status.PENDING).count() == 3
    cancel = {"action": "cancel", "_selected_action": chosen}
    question = admin_client.post(address("outboxevent"), cancel).text
    assert "<strong>3 events</strong>" in question
    assert OutboxEvent.objects.filter(status=Status.PENDING).count() == 3
    admin_client.post(address("outboxevent"), cancel | {"confirmed": "yes"})
    assert OutboxEvent.objects.filter(status=Status.CANCELLED).count() == 3


def test_actions__refuse_too_many_at_a_time(admin_client):
    OutboxEvent.objects.bulk_create(OutboxEventFactory.build_batch(MOST_CHANGED + 1, status=Status.DEAD))
    everything = {"action": "retry", "select_across": "1", "index": "0", "_selected_action": "1"}
    page = admin_client.post(address("outboxevent"), everything, follow=True)
    assert "Choose at most 1000" in page.text
    assert not OutboxEvent.objects.exclude(status=Status.DEAD).exists()
