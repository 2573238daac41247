"""A sale reaches Meta's pixel once, however often and wherever its page is shown."""

from datetime import timedelta

import pytest
from django.db.models import F

from demo_project.shop.models import Order
from tests.browser.pages import alone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sale(granted):
    granted.go("/buy/")
    granted.settled("PageView", "Purchase")
    return granted


def views(count):
    return ["PageView"] * count


def test_sale__over_five_reloads_is_one(sale):
    for _ in range(5):
        sale.page.reload()
    sale.settled("Purchase", *views(6))


def test_sale__in_two_tabs_at_once_is_one(granted):
    granted.context.route("**/capi/collect/", lambda route: route.abort())  # so that the server can hold none back
    granted.go("/buy/")
    tabs = [granted.context.new_page() for _ in range(2)]
    for tab in tabs:
        tab.goto(granted.page.url, wait_until="commit")
    granted.until(lambda: len(granted.hits("PageView")) == 3 and not granted.flying(), "each tab's PageView arrived")
    assert [hit["event_id"] for hit in granted.hits("Purchase")] == [granted.row("Purchase").event_id]


def test_sale__on_a_second_device_is_no_second_one(sale, open_shop):
    phone = open_shop()
    phone.grant()
    phone.page.goto(sale.page.url)
    sale.settled("Purchase", *views(2))


def test_sale__on_the_next_day_is_no_second_one(sale):
    sale.page.evaluate("localStorage.clear()")
    alone(lambda: Order.objects.update(paid_at=F("paid_at") - timedelta(days=1)))
    sale.page.reload()
    sale.settled("Purchase", *views(2))


def test_sale__that_no_browser_had_on_its_day_is_the_servers_alone_on_the_next(granted):
    thanks = granted.context.request.get(granted.url + "/buy/")  # a browser that ran no script
    alone(lambda: Order.objects.update(paid_at=F("paid_at") - timedelta(days=1)))
    granted.page.goto(thanks.url)
    granted.settled("PageView", alone_at_home=["Purchase"])
