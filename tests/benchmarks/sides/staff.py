"""What the shop's staff look at, in the pages of the admin themselves."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django

from tests.benchmarks.sides import sample
from tests.benchmarks.sides.lines import serve

DEEP = "190"  # of the 200 pages that a list has at most
EVENTS, ATTEMPTS, RECEIPTS = "outboxevent", "deliveryattempt", "browserreceipt"
CONTEXTS, SKIPS = "checkoutcontext", "skipcount"
# What an index leads to; and what is looked through, up to a bound.
Lists = dict[str, tuple[str, dict[str, str]]]
LED: Lists = {
    "events": (EVENTS, {}),
    "events, page 190": (EVENTS, {"p": DEEP}),
    "events of any time": (EVENTS, {"period": "all"}),
    "events that are sent": (EVENTS, {"status__exact": "sent"}),
    "events that wait": (EVENTS, {"status__exact": "pending"}),
    "events that are dead (none)": (EVENTS, {"status__exact": "dead"}),
    "events that are lost (none)": (EVENTS, {"status__in": "dead,expired"}),
    "events with odd answers (none)": (EVENTS, {"short_ack__exact": "1"}),
    "attempts": (ATTEMPTS, {}),
    "attempts, page 190": (ATTEMPTS, {"p": DEEP}),
    "attempts without an answer": (ATTEMPTS, {"kind__exact": "unreachable"}),
    "attempts that were refused (none)": (ATTEMPTS, {"kind__exact": "rejected"}),
    "receipts": (RECEIPTS, {}),
    "receipts, page 190": (RECEIPTS, {"p": DEEP}),
    "contexts": (CONTEXTS, {}),
    "contexts, page 190": (CONTEXTS, {"p": DEEP}),
    "skip counts": (SKIPS, {}),
    "skip counts, page 190": (SKIPS, {"p": DEEP}),
    "events for an id": (EVENTS, {"q": "{event_id}"}),
    "events for a key": (EVENTS, {"q": "{key}"}),
    "events for an order": (EVENTS, {"q": "{order_key}"}),
    "events for an e-mail address": (EVENTS, {"q": "{email}"}),
    "events for a phone number": (EVENTS, {"q": "{phone}"}),
    "events for nobody": (EVENTS, {"q": "jo@shop.example"}),
    "receipts for an id": (RECEIPTS, {"q": "{event_id}"}),
    "contexts for an order": (CONTEXTS, {"q": "{order_key}"}),
}
LOOKED_THROUGH: Lists = {
    "events of a name (none)": (EVENTS, {"event": "Lead"}),
    "events from an import (none)": (EVENTS, {"source__exact": "import"}),
    "events by consent (none)": (EVENTS, {"consent_state__exact": "limited"}),
    "events that paired": (EVENTS, {"pair": "both"}),
    "events that paired late (none)": (EVENTS, {"pair": "late"}),
    "receipts of blocked copies": (RECEIPTS, {"state__exact": "1"}),
    "receipts of a name (none)": (RECEIPTS, {"event": "Lead"}),
    "contexts by consent (none)": (CONTEXTS, {"consent_state__exact": "limited"}),
    "skip counts of a name (none)": (SKIPS, {"event": "Lead"}),
}
PAGE = "an event's own page"


def client() -> Any:
    from django.contrib.auth import get_user_model
    from django.test import Client

    staff, _ = get_user_model().objects.get_or_create(username="staff", is_staff=True, is_superuser=True)
    made = Client()
    made.force_login(staff)
    return made


def lists(times: int) -> dict[str, float]:
    """Seconds of the middle one of so many views of each list, search, and an event's page."""
    from django.urls import reverse

    browser, row = client(), example()
    found = {}
    for name, (model, query) in (LED | LOOKED_THROUGH).items():
        address = reverse(f"admin:capi_tracking_{model}_changelist")
        asked = {key: value.format(**row) for key, value in query.items()}
        found[name] = middle(times, lambda address=address, asked=asked: browser.get(address, asked))
    page = reverse("admin:capi_tracking_outboxevent_change", args=[row["pk"]])
    return {**found, PAGE: middle(times, lambda: browser.get(page))}


def example() -> dict[str, Any]:
    """A sent event from the middle of the table, and its buyer: the first row's, whom the product itself made."""
    from capi_tracking.models import OutboxEvent

    sent = OutboxEvent.objects.filter(status="sent")
    middle_pk = sent.order_by("pk").values_list("pk", flat=True)[5000]
    row: dict[str, Any] = sent.values("pk", "key", "event_id", "order_key").get(pk=middle_pk)
    person = sample.person(1)
    return {**row, "email": person["email"], "phone": person["phone"]}


def middle(times: int, view: Callable[[], Any]) -> float:
    return median(seen(view) for _ in range(times))


def seen(view: Callable[[], Any]) -> float:
    began = time.perf_counter()
    answer = view()
    assert answer.status_code == 200, answer
    return time.perf_counter() - began


if __name__ == "__main__":
    django.setup()
    serve(lists)
