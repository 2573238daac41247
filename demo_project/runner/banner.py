"""What the terminal shows once everything runs."""

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse

from capi_tracking.conf import is_loopback
from demo_project.runner.plan import Plan

Paint = Callable[[str], str]
WIDTH = 12
OFF = "DEBUG is on: nothing is sent to Meta. Set META_TEST_EVENT_CODE, or DEBUG=off."


def banner(plan: Plan, *, title: Paint = str, address: Paint = str) -> str:
    """``title`` and ``address`` colour their words where the terminal can."""
    shop, graph = plan.shop_url.rstrip("/"), settings.CAPI_TRACKING["GRAPH_URL"]
    rows = [
        ("Shop", address(f"{shop}/"), ""),
        ("Admin", address(f"{shop}{reverse('admin:index')}"), ""),
        ("", "admin / admin", "sees everything"),
        ("", "marketer / marketer", "sees numbers, and nobody's"),
        ("Incidents", address(f"{shop}{reverse('admin:story_incident_changelist')}"), ""),
        ("Sandbox", address(plan.sandbox_url), "") if plan.with_sandbox else ("Graph", graph, ""),
    ]
    lines = ["", title("The demo is running."), "", *(row(*each) for each in rows), ""]
    lines += [OFF, ""] if sends_nothing() else []
    lines += [f"Logs are in {plan.logs}", "Ctrl-C stops everything.", ""]
    return "\n".join(f"  {line}".rstrip() for line in lines)


def row(name: str, what: str, note: str) -> str:
    return f"  {name:<{WIDTH}}{what:<22}{note}"


def sends_nothing() -> bool:
    """Delivery's own rule: with DEBUG on, the real Meta gets test events alone."""
    pixel = settings.CAPI_TRACKING["PIXELS"]["default"]
    return settings.DEBUG and not is_loopback(settings.CAPI_TRACKING["GRAPH_URL"]) and not pixel.get("TEST_EVENT_CODE")
