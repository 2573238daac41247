"""What is not handed over when a page is left: the browser's copy by the next page, the server's by the last beacon."""

import json
from collections import Counter

import pytest

from capi_tracking.models import BrowserReceipt, BrowserState, PageReport
from tests.browser.pages import alone
from tests.browser.shop import SOURCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLLECT = "**/capi/collect/"
CARRY = "sessionStorage.getItem('capi_carry')"
KEEP = "call => sessionStorage.setItem('capi_carry', JSON.stringify([call]))"


def asked_for(shop, name):
    return shop.until(lambda: any(request.url.endswith(name) for request in shop.asked), f"{name} was asked for")


def leave_early(shop):
    """Come to a product's page whose pixel does not come, and leave it by its form."""
    shop.context.route("**/fbevents.js", lambda route: None)
    shop.go("/shop/product/")
    rows = [shop.row("PageView"), shop.row("ViewContent")]
    shop.context.unroute("**/fbevents.js")
    shop.page.click("#add")
    shop.page.wait_for_url("**/shop/next/")
    return [row.event_id for row in rows]


def test_late_pixel__gets_on_the_next_page_what_it_missed_under_the_same_ids(granted):
    missed = leave_early(granted)
    missed.append(granted.row("AddToCart").event_id)
    granted.until(lambda: len(granted.sandbox.events) == 4, "all that was missed, and the next page's view")
    for event_id in missed:
        granted.receipt(event_id, BrowserState.HANDED_OVER)
    assert granted.page.evaluate(CARRY) is None
    granted.page.go_back(wait_until="domcontentloaded")
    granted.until(lambda: len(granted.hits("PageView")) == 3, "the way back is a visit")
    granted.page.reload()
    granted.until(lambda: len(granted.hits("PageView")) == 4, "so is a reload")
    ids = Counter(hit["event_id"] for hit in granted.sandbox.events)
    assert set(ids.values()) == {1}
    assert set(missed) <= set(ids)


def test_late_pixel__gets_nothing_without_consent(granted):
    granted.context.route("**/fbevents.js", lambda route: None)
    granted.go("/shop/product/")
    asked_for(granted, "/capi-late.js")
    granted.page.evaluate(
        KEEP, {"name": "known", "given": [{"pixel": "default", "name": "Contact", "id": "kept-id-1"}], "at": 0}
    )
    granted.page.click("#no")
    assert granted.page.evaluate(CARRY) is None
    granted.page.evaluate("location.href = '/shop/next/'")
    granted.page.wait_for_url("**/shop/next/")
    assert granted.stored() == []


def test_carried_event__is_too_old_after_five_minutes(granted):
    granted.go()
    granted.paired("PageView")
    now = granted.page.evaluate("Date.now()")
    event = {"pixel": "default", "name": "Contact", "data": {}}
    calls = [
        {"name": "known", "given": [{**event, "id": f"minutes-{minutes}"}], "at": now - minutes * 60_000}
        for minutes in (1, 6)
    ]
    granted.page.evaluate("calls => sessionStorage.setItem('capi_carry', JSON.stringify(calls))", calls)
    granted.page.reload()
    assert granted.hit("Contact")["event_id"] == "minutes-1"
    granted.until(lambda: len(granted.hits("PageView")) == 2, "the view arrived")
    assert granted.page.evaluate(CARRY) is None


def test_first_call_of_a_script__that_leaves_at_once_is_told_by_the_next_page(granted):
    granted.go()
    granted.paired("PageView")
    granted.context.route("**/capi-track.js", lambda route: None)
    granted.context.route("**/fbevents.js", lambda route: None)
    granted.page.reload(wait_until="domcontentloaded")
    event_id = granted.page.evaluate("capi.track('Contact')")
    granted.context.unroute("**/capi-track.js")
    granted.context.unroute("**/fbevents.js")
    granted.page.evaluate("location.href = '/shop/next/'")
    granted.page.wait_for_url("**/shop/next/")
    assert granted.paired("Contact")[1].event_id == event_id


# -- the beacon ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["busy", "broken"])
def test_beacon__that_fails_is_sent_once_more(granted, fault):
    tries = []

    def fail(route):
        tries.append(json.loads(route.request.post_data))
        if len(tries) > 1:
            return route.continue_()
        return route.fulfill(status=503) if fault == "busy" else route.abort()

    granted.context.route(COLLECT, fail)
    granted.serve(SOURCE.read_text().replace("RETRY_MS = 3000", "RETRY_MS = 50"))
    granted.go()
    granted.paired("PageView")
    told = [[event["id"] for event in said.get("events", ())] for said in tries]
    assert told[0] == told[1] != []


def test_beacon__is_not_tried_a_third_time(granted):
    tries = []
    granted.context.route(COLLECT, lambda route: (tries.append(route.request.post_data), route.fulfill(status=500)))
    granted.serve(SOURCE.read_text().replace("RETRY_MS = 3000", "RETRY_MS = 50"))
    granted.go()
    event_id = granted.hit("PageView")["event_id"]
    granted.until(lambda: sum('"handed_over"' in said for said in tries) == 2, "the receipt was tried twice")
    granted.page.wait_for_timeout(200)
    assert sum(f'"events":[{{"pixel":"default","name":"PageView","id":"{event_id}"' in said for said in tries) == 2
    assert len(tries) <= 4


def test_beacon__that_waits_for_its_second_try_goes_out_when_the_page_is_left(granted):
    granted.context.route(COLLECT, lambda route: route.fulfill(status=503))
    granted.go("/shop/product/")
    granted.until(granted.beacons, "the first try")
    granted.page.wait_for_timeout(100)
    granted.context.unroute(COLLECT)
    granted.page.evaluate("location.href = 'about:blank'")
    assert granted.row("ViewContent")


# -- policies --------------------------------------------------------------------------------------------------------


def test_policy_violation__is_reported_once_for_each_kind_and_page(granted):
    granted.go("/shop/product/?page=img-src")
    row = granted.row("ViewContent")
    granted.receipt(row.event_id, BrowserState.BLOCKED)
    reports = PageReport.objects.filter(kind="violation")
    granted.until(reports.exists, "the violation was told")
    host = granted.sandbox.url.partition("//")[2]
    assert [(report.subject, report.name, report.count) for report in alone(lambda: list(reports))] == [
        ("img-src", host, 1)
    ]
    assert not alone(BrowserReceipt.objects.filter(state=BrowserState.HANDED_OVER).exists)
