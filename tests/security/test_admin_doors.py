"""Every address of our admin: for nobody outside, for no staff without its permission, and read alone for those who may see."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import models
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from capi_tracking.models import OutboxEvent
from tests.admin.rows import one_of_each

pytestmark = pytest.mark.django_db

OURS = [model for model in apps.get_app_config("capi_tracking").get_models() if model in admin.site._registry]
NAMES = [model._meta.model_name for model in OURS]
YES = {"confirmed": "yes", "post": "yes"}
FORMS: list[dict[str, Any]] = [
    {},
    {"post": "yes"},
    {**dict.fromkeys(("retry", "release", "cancel", "resume", "pause", "check", "test", "backfill"), "1"), **YES},
    {"verb": "retry", "pixel": "default", "event_name": "Purchase", "status": "pending", "reason": "", **YES},
    *(
        {"action": action, "index": "0", "select_across": "1", **YES}
        for action in ("retry", "release", "cancel", "export", "resume", "pause", "revoke", "delete_selected")
    ),
]


def patterns(model: type[models.Model]) -> list[URLPattern]:
    """All addresses that our admin of this model adds, the last redirect of Django's own aside."""
    found = admin.site._registry[model].get_urls()
    assert all(isinstance(each, URLPattern) for each in found)
    return [each for each in found if each.name or str(each.pattern) != "<path:object_id>/"]


def addresses(model: type[models.Model]) -> list[str]:
    kept = model._default_manager.first() if model._meta.managed else None
    base = reverse(f"admin:capi_tracking_{model._meta.model_name}_changelist")
    routes = [re.sub(r"<[^>]+>", str(kept.pk if kept else 1), str(each.pattern)) for each in patterns(model)]
    return [base + route for route in routes]


@pytest.fixture
def staff() -> Callable[..., Client]:
    def log_in(*permissions: str) -> Client:
        user = User.objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    return log_in


def everything() -> None:
    """A row of each of our tables, those that come later too."""
    one_of_each()
    for model in OURS:
        if model._meta.managed and not model._default_manager.exists():
            model._default_manager.create(
                **{field.attname: some(field) for field in model._meta.concrete_fields if needs(field)}
            )


def needs(field: Any) -> bool:
    return not (field.primary_key or field.generated or field.has_default() or field.null or field.blank)


def some(field: Any) -> Any:
    now = timezone.now()
    given = {models.DateTimeField: now, models.DateField: now.date(), models.CharField: "x", models.TextField: "x"}
    if field.choices:
        return field.choices[0][0]
    return next((value for kind, value in given.items() if isinstance(field, kind)), 1)


def kept() -> dict[str, Any]:
    """All rows, to see that nothing changed."""
    managed = [model for model in OURS if model._meta.managed]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in managed}


def test_every_address__is_among_them() -> None:
    assert {
        "outboxevent",
        "deliveryattempt",
        "browserreceipt",
        "checkoutcontext",
        "pixel",
        "dashboard",
        "matchquality",
    } <= set(NAMES)
    assert sum(len(patterns(model)) for model in OURS) >= 5 * (len(OURS) - 2)
    extra = {name for model in OURS for each in patterns(model) if (name := each.name)}
    assert {"capi_tracking_outboxevent_failures", "capi_tracking_outboxevent_overlap"} <= extra


@pytest.mark.parametrize("model", OURS)
def test_address__sends_strangers_to_the_log_in(model: type[models.Model]) -> None:
    everything()
    before = kept()
    for client in (Client(), _customer()):
        for address in addresses(model):
            for answer in [client.get(address), *(client.post(address, form) for form in FORMS)]:
                assert answer.status_code == 302, address
                assert "/login/" in answer.headers["Location"]
    assert kept() == before


def _customer() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("customer"))
    return client


@pytest.mark.parametrize("model", OURS)
def test_address__is_nothing_for_staff_without_its_permission(model: Any, staff: Any) -> None:
    """Whatever else of ours they may do."""
    everything()
    before = kept()
    own = f"_{model._meta.model_name}"
    others = Permission.objects.filter(content_type__app_label="capi_tracking").exclude(codename__endswith=own)
    client = staff(*others.values_list("codename", flat=True))
    for address in addresses(model):
        for answer in [client.get(address), *(client.post(address, form) for form in FORMS)]:
            assert answer.status_code in {403, 404}, address
    assert kept() == before


@pytest.mark.parametrize("model", OURS)
def test_address__can_be_read_by_who_may_see_and_changes_nothing(model: Any, staff: Any) -> None:
    everything()
    client = staff(f"view_{model._meta.model_name}")
    before = kept()
    chosen = {"_selected_action": [row["id"] for row in before[model.__name__]]}
    for address in addresses(model):
        assert client.get(address).status_code == (403 if re.search(r"/(add|delete)/$", address) else 200), address
        for form in FORMS:
            client.post(address, form | chosen)
    assert kept() == before


@pytest.mark.parametrize("model", NAMES)
def test_address__cannot_be_written_even_by_who_may_do_all(model: str, admin_client: Client) -> None:
    everything()
    before = kept()
    for address in (f"admin:capi_tracking_{model}_add", f"admin:capi_tracking_{model}_delete"):
        if model not in {"dashboard", "matchquality"}:
            given = [] if address.endswith("add") else [1]
            told = {200} if address.endswith("apikey_add") else {302, 403, 404}  # a form that is not filled in
            assert admin_client.post(reverse(address, args=given), {"post": "yes"}).status_code in told
    assert kept() == before


def test_event__shows_what_is_in_it_as_text(staff: Any) -> None:
    everything()
    evil = '"><script>zq9()</script>'
    OutboxEvent.objects.update(event_id=evil, order_key=evil, notes=evil, reason=evil[:60])
    client = staff("view_outboxevent", "view_browserreceipt")
    row = OutboxEvent.objects.get()
    for address in addresses(OutboxEvent):
        assert "<script>zq9" not in client.get(address).text
    assert "zq9" in client.get(reverse("admin:capi_tracking_outboxevent_change", args=[row.pk])).text


def test_forms__want_a_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("root"))
    everything()
    before = kept()
    for model in OURS:
        for address in addresses(model):
            for form in FORMS:
                assert strict.post(address, form).status_code == 403
    assert kept() == before
