"""The column that a shop's own list of orders gets."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capi_tracking.models import OutboxEvent, Status
from capi_tracking.orders import events_of, order_key
from demo_project.shop.models import Order
from tests.factories import OutboxEventFactory
from tests.sales import new_order

pytestmark = pytest.mark.django_db

LIST = reverse("admin:shop_order_changelist")


@pytest.fixture
def staff(client: Any) -> Any:
    """Who may look at orders, and at whatever else these permissions say."""

    def log_in(*more: str) -> Any:
        user = User.objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=["view_order", "change_order", *more]))
        client.force_login(user)
        return client

    return log_in


def sold(**event: Any) -> Order:
    """A paid order and its event, which nobody was asked about."""
    order = new_order()
    order.save()
    if event:
        OutboxEvent.objects.update(**event)
    return order


def column(page: Any) -> list[str]:
    rows = page.context["cl"].result_list
    return [str(page.context["cl"].model_admin.tracking(order) or "") for order in rows]


def test_column__tells_of_each_order_what_became_of_it(staff: Any) -> None:
    sold(status=Status.SENT, reason="")
    sold()
    new_order(status=Order.Status.PENDING, paid_at=None).save()
    unpaid, skipped, sent = column(staff().get(LIST))
    assert (">sent<" in sent, "consent" in sent) == (True, False)
    assert (">skipped<" in skipped, "consent unknown" in skipped) == (True, True)
    assert "had not answered the consent question" in skipped
    assert unpaid == ""


def test_column__costs_one_query_a_page_not_one_a_row(staff: Any) -> None:
    sold()
    browser = staff("view_outboxevent")
    browser.get(LIST)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(LIST).status_code == 200
        assert sum("capi_tracking_outboxevent" in query["sql"] for query in seen) == 1
        return len(seen)

    few = queries()
    for _ in range(9):
        sold()
    assert queries() == few


def test_column__links_to_the_event_for_those_who_may_see_it(staff: Any) -> None:
    sold()
    event = OutboxEvent.objects.get()
    address = reverse("admin:capi_tracking_outboxevent_change", args=[event.pk])
    browser = staff()
    assert address not in browser.get(LIST).content.decode()
    User.objects.get().user_permissions.add(Permission.objects.get(codename="view_outboxevent"))
    assert address in browser.get(LIST).content.decode()


def test_column__stands_on_the_orders_own_page_too(staff: Any) -> None:
    order = sold()
    page = staff("view_outboxevent").get(reverse("admin:shop_order_change", args=[order.pk]))
    assert "consent unknown" in page.content.decode()


def test_column__shows_the_sale_and_the_newest_renewals_and_counts_the_rest(staff: Any) -> None:
    order = sold(event_time=timezone.now() - timedelta(days=30))
    for number in range(1, 5):
        OutboxEventFactory(
            order_key=order_key(Order, order.pk),
            part=str(number),
            event_name="Subscribe",
            event_time=timezone.now() - timedelta(days=number),
        )
    (text,) = column(staff().get(LIST))
    assert text.index("skipped") < text.index("Subscribe 1") < text.index("Subscribe 2")
    assert "Subscribe 3" not in text
    assert "and 2 more" in text


def test_column__names_the_pixel_where_there_are_several(staff: Any, capi: Any) -> None:
    sold()
    browser = staff()
    assert "default" not in column(browser.get(LIST))[0]
    capi(PIXELS={"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}})
    assert "default" in column(browser.get(LIST))[0]


def test_column__brings_its_style_and_keeps_that_of_the_shop(staff: Any) -> None:
    media = str(staff().get(LIST).context["media"])
    assert "capi_tracking/admin.css" in media
    assert "admin/js/core.js" in media


def test_column__stands_in_a_list_that_is_edited_too(staff: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(admin.site.get_model_admin(Order), "list_editable", ["status"])
    sold()
    page = staff().get(LIST).content.decode()
    assert "consent unknown" in page
    assert 'name="form-0-status"' in page


def test_events_of__is_one_query_without_payloads(django_assert_num_queries: Any) -> None:
    orders = [sold() for _ in range(3)]
    with django_assert_num_queries(1) as seen:
        found = events_of(orders)
    assert [len(found[order_key(Order, order.pk)]) for order in orders] == [1, 1, 1]
    assert "payload" not in seen[0]["sql"]
