"""What a visitor does in the tiny shop, and the page views that come of it."""

from capi_tracking.models import OutboxEvent
from tests.browser.pages import alone, until


def use(shop):
    """Do on a product page what would fire with consent, then come to another page."""
    shop.go("/shop/product/?fbclid=AbC")
    shop.page.click("#wish b")
    shop.page.evaluate("fbq('track', 'PageView'); history.pushState({}, '', '/shop/elsewhere/')")
    assert shop.page.evaluate("fbq.queue.length") == 0
    shop.page.click("#add")
    shop.page.wait_for_url("**/shop/next/")


def views_by_id(shop, count):
    until(lambda: len(shop.hits("PageView")) >= count, f"{count} PageViews arrived")
    rows = OutboxEvent.objects.filter(event_name="PageView")
    until(lambda: rows.count() >= count, f"{count} beacons arrived")
    return [hit["event_id"] for hit in shop.hits("PageView")], alone(
        lambda: sorted(rows.values_list("event_id", flat=True))
    )
