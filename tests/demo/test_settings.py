"""What the demo's settings promise, and what is there at the start."""

from decimal import Decimal
from pathlib import Path

from capi_tracking.delivery import deliver_due
from demo_project import settings as demo_settings
from demo_project.runner.management.commands import demo as command
from demo_project.shop import carts, catalogue
from demo_project.shop.models import Product
from tests.outbox_rows import make_row, statuses


def test_settings__give_sqlite_what_it_needs_beside_a_worker(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/x.sqlite3")
    options = demo_settings.database()["OPTIONS"]
    assert (options["transaction_mode"], options["timeout"]) == ("IMMEDIATE", 20)
    assert "journal_mode=WAL" in options["init_command"]


def test_settings__leave_another_database_its_own_options(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@127.0.0.1/shop")
    assert "OPTIONS" not in demo_settings.database()


def test_settings__send_nothing_to_the_real_meta_with_debug_on_and_no_test_code(db, settings):
    settings.DEBUG = True
    settings.CAPI_TRACKING = demo_settings.CAPI_TRACKING | {"GRAPH_URL": "https://graph.invalid"}
    make_row()
    assert command.sends_nothing()
    assert deliver_due().requests == 0
    assert statuses() == {"e1": "pending"}


def test_seed__adds_only_what_is_missing(db):
    assert catalogue.seed() == len(catalogue.ITEMS)
    Product.objects.filter(sku="GL-101").update(price=Decimal("31.00"))
    Product.objects.filter(sku="GL-204").delete()
    assert catalogue.seed() == 1
    assert Product.objects.get(sku="GL-101").price == Decimal("31.00")


def test_seed__names_drawings_that_exist(products):
    static = Path(carts.__file__).parent / "static"
    assert all((static / product.drawing).is_file() for product in products)


def test_create_staff__leaves_an_existing_admin_alone(django_user_model, db):
    command.create_staff()
    admin = django_user_model.objects.get(username="admin")
    admin.set_password("changed")
    admin.save()
    command.create_staff()
    admin.refresh_from_db()
    assert admin.check_password("changed")
