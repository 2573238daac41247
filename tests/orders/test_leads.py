"""Sites that live on enquiries: a saved object that is one event, without value or lines."""

from datetime import timedelta

import pytest
from django.test.utils import isolate_apps
from django.utils import timezone

from capi_tracking import orders
from capi_tracking.exceptions import ImproperlyTracked
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.orders import ModelEventAdapter, ModelItemAdapter
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order, Product
from tests.sales import new_order, payload, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    """The shop's orders stand for enquiries in one test."""

    def use(event="", **members):
        given = {"happened_at": "created_at", "email": "email", **members}
        orders.register(Order, event=event)(type("ShopLead", (ModelEventAdapter,), given))

    yield use
    orders.register(Order)(ShopOrder)


def test_lead__is_told_with_its_first_save_and_once(visitor, lead):
    lead()
    with visitor():
        enquiry = new_order(status="new", paid_at=None)
        enquiry.save()
        enquiry.save()
    assert (row().event_name, row().status, row().value) == ("Lead", Status.PENDING, None)
    assert "custom_data" not in payload()
    assert "em" in payload()["user_data"]


@pytest.mark.parametrize(("members", "is_due"), [({}, True), ({"lines": "lines"}, False)])
def test_lead__waits_only_for_lines_that_it_could_have(
    visitor, lead, members, is_due, django_capture_on_commit_callbacks
):
    lead(**members)
    with visitor(), django_capture_on_commit_callbacks(execute=True):
        new_order(status="new", paid_at=None).save()
    soon = timezone.now() + timedelta(seconds=1)  # SQLite's clock may be a millisecond ahead
    assert (row().due_at <= soon) == is_due


@pytest.mark.parametrize("name", ["contents", "custom_data"])
def test_lead__waits_for_what_its_adapter_says_in_words_of_its_own(
    visitor, lead, name, django_capture_on_commit_callbacks
):
    lead(**{name: lambda self, order: getattr(ModelEventAdapter, name)(self, order)})
    with visitor(), django_capture_on_commit_callbacks(execute=True):
        new_order(status="new", paid_at=None).save()
    assert row().due_at > timezone.now()


def test_lead__has_the_name_that_it_was_registered_with(visitor, lead):
    lead("SubmitApplication")
    with visitor():
        new_order().save()
    assert row().event_name == "SubmitApplication"
    assert ModelEventAdapter.event_name == "Lead"


def test_lead__happens_when_its_conditions_are_met(visitor, lead):
    lead(happened_when={"status": "paid"})
    with visitor():
        enquiry = new_order(status="new")
        enquiry.save()
        assert not OutboxEvent.objects.exists()
        enquiry.status = "paid"
        enquiry.save()
    assert row().event_time == enquiry.created_at


def test_lead__may_have_a_value(visitor, lead):
    lead(total="total", currency="currency")
    with visitor():
        new_order().save()
    assert payload()["custom_data"] == {"value": 99, "currency": "EUR"}


def test_lead__of_last_year_is_no_lead_of_today(visitor, lead):
    lead(happened_at=(), created_at="created_at")
    with visitor():
        enquiry = new_order(status="new")
        Order.objects.bulk_create([enquiry])
        Order.objects.update(created_at=timezone.now() - timedelta(days=300))
        Order.objects.get().save()
    assert not OutboxEvent.objects.exists()


def test_lead__without_consent_is_withheld(lead):
    lead()
    new_order().save()
    assert (row().status, row().reason) == (Status.SKIPPED, "consent_unknown")


def test_register__an_event_belongs_to_orders_and_leads():
    with isolate_apps("tests"), pytest.raises(ImproperlyTracked, match="event="):
        orders.register(Product, event="Lead")(type("Item", (ModelItemAdapter,), {}))
