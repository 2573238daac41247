"""What staff open in the demo's admin: our own pages, and the lists that are Django's but for some columns."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import reverse

from tests.browser.walking import Place, at


def at_route(name: str) -> Callable[[Any], Any]:
    return lambda page: page.goto(reverse(name, urlconf="demo_project.urls"))


def whole_month(page) -> None:
    """The dashboard with the whole month on it."""
    page.goto(reverse("admin:capi_tracking_dashboard_changelist", urlconf="demo_project.urls") + "?period=28d")


def first_of(name: str, query: str) -> Callable[[Any], Any]:
    """The first row of a list in the admin."""

    def open_first(page) -> None:
        page.goto(reverse(name, urlconf="demo_project.urls") + query)
        page.locator("#result_list tbody th a").first.click()
        page.wait_for_url("**/change/**")

    return open_first


def admin_list(model: str, role: str = "admin") -> Place:
    name = f"admin:{model}_changelist"
    return Place(f"{role}, {model}", name, at_route(name), role)


def first_row(model: str, query: str = "") -> Place:
    reach = first_of(f"admin:{model}_changelist", query)
    return Place(f"admin, one {model} {query}".strip(), f"admin:{model}_change", reach, "admin")


def page_of(name: str) -> Place:
    """A page of ours that is no list."""
    return Place(f"admin, {name}", f"admin:{name}", at_route(f"admin:{name}"), "admin")


DASHBOARD, INCIDENTS = "capi_tracking_dashboard", "story_incident"
EVENTS, PIXELS = "capi_tracking_outboxevent", "capi_tracking_pixel"
OURS = [
    DASHBOARD,
    EVENTS,
    PIXELS,
    *[f"capi_tracking_{model}" for model in ("reconciliation", "matchquality", "qualitysnapshot", "apikey")],
]
PAGES = [
    *[admin_list(model) for model in OURS],
    page_of("capi_tracking_outboxevent_failures"),
    page_of("capi_tracking_outboxevent_overlap"),
    page_of("capi_tracking_apikey_add"),
    first_row(EVENTS, "?event=Purchase&status__exact=sent"),
    first_row(EVENTS, "?event=PageView"),
    first_row(PIXELS),
    Place("dashboard, 28 days", f"admin:{DASHBOARD}_changelist", whole_month, "admin"),
]
STAFF = [
    Place("admin, sign in", "admin:login", at("/admin/"), headings=0),  # Django's own
    Place("admin, index", "admin:index", at("/admin/"), "admin"),
    *PAGES,
    admin_list(INCIDENTS),
    Place("marketer, index", "admin:index", at("/admin/"), "marketer"),
    admin_list(DASHBOARD, "marketer"),
]
MODELS = sorted(f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry)
STOCK = [admin_list(model) for model in MODELS if model not in (*OURS, INCIDENTS)]
