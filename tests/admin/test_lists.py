"""Lists: read only, filtered by their own filters alone, and cheap."""

from datetime import timedelta

import pytest
from django.utils import timezone

from capi_tracking.admin import filters
from capi_tracking.models import (
    OutboxEvent,
    Pixel,
    SkipCount,
)
from tests.admin.reading import address
from tests.admin.rows import one_of_each
from tests.factories import (
    BrowserReceiptFactory,
    OutboxEventFactory,
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
