"""The dashboard: its page, its questions, and adding up what they need."""

import time
from statistics import median

import django

from tests.benchmarks.sides.lines import serve
from tests.benchmarks.sides.staff import client, seen


def roll_up() -> dict[str, float]:
    """All that there is to add up: seconds, and how many days and hours it was."""
    from capi_tracking.metrics import roll_up as once

    began, computed, left = time.perf_counter(), 0, 1
    while left:
        done = once()
        computed, left = computed + done.computed, done.left
    return {"seconds": time.perf_counter() - began, "computed": computed}


def page(times: int, period: str) -> float:
    """Seconds of the middle one of so many views."""
    from django.urls import reverse

    browser, address = client(), reverse("admin:capi_tracking_dashboard_changelist")
    return median(seen(lambda: browser.get(address, {"period": period})) for _ in range(times))


def question(times: int, period: str) -> float:
    """The same of what the page asks, without the page."""
    return median(_asked(period) for _ in range(times))


def _asked(period: str) -> float:
    from capi_tracking import metrics

    began = time.perf_counter()
    metrics.health(metrics.window(period))
    return time.perf_counter() - began


if __name__ == "__main__":
    django.setup()
    serve(roll_up, page, question)
