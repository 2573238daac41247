"""What the demo's settings promise, and what is there at the start."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse

from capi_tracking.delivery import deliver_due
from capi_tracking.models import Dashboard, MatchQuality, OutboxEvent
from demo_project import settings as demo_settings
from demo_project.runner.banner import sends_nothing
from demo_project.runner.staff import create_staff
from demo_project.shop import carts, catalogue
from demo_project.shop.models import Variant
from tests.outbox_rows import make_row, statuses


def test_settings__give_sqlite_what_it_needs_beside_a_worker(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/x.sqlite3")
    options = demo_settings.database()["OPTIONS"]
    assert (options["transaction_mode"], options["timeout"]) == ("IMMEDIATE", 20)
    assert "journal_mode=WAL" in options["init_command"]


@pytest.fixture
def drivers(monkeypatch):
    """As if they were installed: nothing is asked of them here."""
    for name in ("psycopg", "MySQLdb"):
        monkeypatch.setitem(sys.modules, name, sys)


@pytest.mark.usefixtures("drivers")
def test_settings__leave_another_database_its_own_options(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@127.0.0.1/shop?sslmode=disable")
    assert demo_settings.database()["OPTIONS"] == {"sslmode": "disable", "connect_timeout": 10}


@pytest.mark.usefixtures("drivers")
@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
def test_settings__know_mariadb_by_both_names(monkeypatch, scheme):
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://me:secret@127.0.0.1/shop")
    assert demo_settings.database()["ENGINE"] == "django.db.backends.mysql"


def test_settings__take_an_empty_variable_for_none(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "")
    assert demo_settings.database()["ENGINE"] == "django.db.backends.sqlite3"


def test_settings__send_nothing_to_the_real_meta_with_debug_on_and_no_test_code(db, settings):
    settings.DEBUG = True
    settings.CAPI_TRACKING = demo_settings.CAPI_TRACKING | {"GRAPH_URL": "https://graph.invalid"}
    make_row()
    assert sends_nothing()
    assert deliver_due().requests == 0
    assert statuses() == {"e1": "pending"}


def test_seed__adds_only_what_is_missing(db):
    assert catalogue.seed() == Variant.objects.count() > len(catalogue.ITEMS) == 12
    changed, deleted = Variant.objects.order_by("sku")[:2]
    Variant.objects.filter(pk=changed.pk).update(price=Decimal("31.00"))
    deleted.delete()
    assert catalogue.seed() == 1
    assert Variant.objects.get(sku=changed.sku).price == Decimal("31.00")


def test_seed__names_drawings_that_exist(products):
    static = Path(carts.__file__).parent / "static"
    assert all((static / product.drawing).is_file() for product in products)


def test_create_staff__leaves_an_existing_login_alone(django_user_model, db):
    create_staff()
    for user in django_user_model.objects.all():
        user.set_password("changed")
        user.save()
    create_staff()
    assert django_user_model.objects.count() == 2
    assert all(user.check_password("changed") for user in django_user_model.objects.all())


@pytest.fixture
def marketer(client, db):
    create_staff()
    assert client.login(username="marketer", password="marketer")
    return client


def test_marketer__sees_the_pages_of_numbers(marketer):
    assert "Tracking health" in marketer.get(reverse("admin:capi_tracking_dashboard_changelist")).text
    assert "Match quality" in marketer.get(reverse("admin:capi_tracking_matchquality_changelist")).text


def test_marketer__sees_no_event_and_no_other_model(marketer):
    others = [model._meta for model in admin.site._registry if model not in (Dashboard, MatchQuality)]
    assert OutboxEvent._meta in others
    for options in others:
        address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        assert marketer.get(address).status_code == 403, address


def test_marketer__finds_nothing_but_the_two_in_the_menu(marketer):
    apps = marketer.get(reverse("admin:index")).context["app_list"]
    assert [model["object_name"] for app in apps for model in app["models"]] == ["MatchQuality", "Dashboard"]


def test_marketer__is_led_to_no_event_by_the_dashboard(marketer):
    make_row()
    page = marketer.get(reverse("admin:capi_tracking_dashboard_changelist")).content.decode()
    assert "/outboxevent/" not in page
