"""Kinds of order models, keys and databases, and ways to save them."""

import asyncio
import threading
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, models, transaction
from django.http import HttpResponse
from django.test.utils import isolate_apps
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from capi_tracking import orders, receivers
from capi_tracking.exceptions import ImproperlyTracked
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.orders import ModelOrderAdapter, identity, purchase_islands
from capi_tracking.orders.adapters.lines import path_from_line
from demo_project.shop.models import Category, Order, Product, Variant
from tests.sales import FBP, add_line, new_order, payload, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds():
    """Models that no other test may see."""
    with isolate_apps("tests"):

        class Proxied(Order):
            class Meta:
                proxy = True
                app_label = "tests"

        class Gift(Order):
            class Meta:
                app_label = "tests"

        class Numbered(models.Model):  # noqa: DJ008
            id = models.UUIDField(primary_key=True)

            class Meta:
                app_label = "tests"

        class Named(models.Model):  # noqa: DJ008
            id = models.CharField(primary_key=True, max_length=500)
            slug = models.SlugField(unique=True)

            class Meta:
                app_label = "tests"

        class Row(models.Model):  # noqa: DJ008
            named = models.ForeignKey(Named, models.CASCADE, to_field="slug", related_name="rows")

            class Meta:
                app_label = "tests"

        yield SimpleNamespace(Proxied=Proxied, Gift=Gift, Numbered=Numbered, Named=Named, Row=Row)


def saved_as(model, **changes):
    """An order's row, seen as one of another model of the same table."""
    order = new_order(**changes)
    models.Model.save_base(order)
    other = model()
    other.__dict__.update({**vars(order), "order_ptr_id": order.pk})
    return order, other


@pytest.mark.parametrize("kind", ["Proxied", "Gift"])
def test_order__of_a_model_that_shares_its_table_is_one_sale(visitor, kinds, kind):
    with visitor():
        order, other = saved_as(getattr(kinds, kind), status=Order.Status.PENDING)
        order.status = other.status = Order.Status.PAID
        receivers.saved(type(other), other, "default")
        assert row().order_key == f"shop.order:{order.pk}"
        order.save()
    assert row().event_id == purchase_islands(other)[0].event_id


@pytest.mark.django_db(transaction=True)
def test_order__loaded_with_some_of_its_fields_is_complete(visitor):
    with visitor():
        order = new_order(status=Order.Status.PENDING)
        order.save()
        Order.objects.update(status=Order.Status.PAID)
        Order.objects.only("id").get().save()
    assert (payload()["custom_data"]["value"], "em" in payload()["user_data"]) == (99, True)


def test_order_key__is_one_however_the_key_was_typed(kinds):
    found = uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
    typed = {identity.order_key(kinds.Numbered, key) for key in (found, str(found), str(found).upper(), found.hex)}
    assert typed == {f"tests.numbered:{found}"}
    assert identity.order_key(Order, "7") == identity.order_key(Order, 7) == "shop.order:7"


def test_order_key__too_long_for_its_column_is_cut_and_still_its_own(kinds):
    first, second = (identity.order_key(kinds.Named, "x" * 300 + end) for end in "ab")
    assert first.startswith("tests.named:xxx")
    assert (len(first) <= identity.MAX_KEY, len(second) <= identity.MAX_KEY, first == second) == (True, True, False)


def test_register__refuses_an_abstract_model():
    class Base(models.Model):
        class Meta:
            abstract = True
            app_label = "tests"

    with pytest.raises(ImproperlyTracked, match="abstract"):
        orders.register(Base)(ModelOrderAdapter)


def test_lines__find_an_order_that_they_know_by_another_field_than_its_key(kinds):
    line, path = path_from_line(type("A", (ModelOrderAdapter,), {"lines": "rows"})(), kinds.Named)
    named = kinds.Named(id="the-key", slug="the-slug")
    assert orders.fields.read(line(named=named), path) == "the-key"


def test_lazy_objects__are_what_they_stand_for(visitor):
    with visitor():
        order = new_order()
        order.save()
    variant = Variant(product=Product(title="Kite", category=Category()), sku="k", price=1)
    assert orders.item_data(SimpleLazyObject(lambda: variant)) == orders.item_data(variant)
    assert purchase_islands(SimpleLazyObject(lambda: order)) == purchase_islands(order)


def test_purchase_islands__none_for_an_order_of_no_pixel(visitor, adapter):
    adapter(pixels=lambda self, order: ())
    with visitor():
        order = new_order()
        order.save()
    assert purchase_islands(order) == []
    assert not OutboxEvent.objects.exists()


# -- transactions ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_order__saved_at_several_depths_of_one_transaction_is_one_sale(visitor):
    with visitor(), transaction.atomic():
        order = new_order()
        with transaction.atomic():
            order.save()
            with pytest.raises(RuntimeError), transaction.atomic():
                order.save()
                raise RuntimeError
        order.save()
        add_line(order, None)
        with pytest.raises(RuntimeError), transaction.atomic():
            new_order().save()
            raise RuntimeError
    assert payload()["custom_data"]["num_items"] == 2
    assert OutboxEvent.objects.due("default", 0).exists()


@pytest.mark.django_db(transaction=True)
def test_order__first_saved_in_a_savepoint_that_is_undone_is_a_sale_when_saved_again(visitor):
    with visitor(), transaction.atomic():
        order = new_order()
        with pytest.raises(RuntimeError), transaction.atomic():
            order.save()
            raise RuntimeError
        order.pk, order._state.adding = None, True
        order.save()
        add_line(order, None)
    assert payload()["custom_data"]["num_items"] == 2


@pytest.mark.django_db(transaction=True)
def test_order__saved_after_another_commit_is_complete(visitor):
    def pay():
        order = new_order()
        order.save()
        add_line(order, None)

    with visitor(), transaction.atomic():
        transaction.on_commit(pay)
    assert payload()["custom_data"]["num_items"] == 2


@pytest.mark.django_db(transaction=True)
def test_order__many_of_them_in_one_transaction_are_each_completed(visitor):
    with visitor(), transaction.atomic():
        saved = [new_order() for _ in range(orders.completing.LOOK_BACK + 10)]
        for order in saved:
            order.save()
        add_line(saved[0], None)
    assert OutboxEvent.objects.filter(status=Status.PENDING).count() == len(saved)
    first = OutboxEvent.objects.order_by("pk").first()
    assert '"num_items":2' in first.payload


@pytest.mark.django_db(transaction=True, databases=["default"])
def test_order__in_a_database_without_an_outbox_leaves_nothing_when_it_is_rolled_back(visitor, capi):
    capi(OUTBOX_DATABASES=["elsewhere"])
    with visitor(), pytest.raises(RuntimeError), transaction.atomic():
        new_order().save()
        assert connections["default"].run_on_commit
        raise RuntimeError
    assert connections["default"].run_on_commit == []


# -- requests ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_order__saved_by_an_async_view_has_its_visitors_browser(rf):
    async def view(request):
        await new_order().asave()
        await sync_to_async(connections.close_all)()  # of the thread that saved it
        return HttpResponse()

    request = rf.post("/", REMOTE_ADDR="8.8.8.8", HTTP_COOKIE=f"capi_consent=granted.1.1767225600; _fbp={FBP}")
    asyncio.run(TrackingMiddleware(view)(request))
    assert payload()["user_data"]["fbp"] == FBP


def test_request__of_one_thread_is_not_anothers(visitor):
    found = []
    with visitor():
        thread = threading.Thread(target=lambda: found.append(orders.checkout.visitor_request()))
        thread.start()
        thread.join()
        assert orders.checkout.visitor_request() is not None
    assert found == [None]


def test_context__of_the_first_visitor_is_not_overwritten_by_another(visitor):
    with visitor():
        order = new_order(status=Order.Status.PENDING, paid_at=None)
        order.save()
    order.status, order.paid_at = Order.Status.PAID, timezone.now() - timedelta(seconds=1)
    with visitor(**{"user-agent": "Firefox"}):
        order.save()
    assert payload()["user_data"]["client_user_agent"] == "Safari"
