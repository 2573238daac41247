"""Who bought: new or returning, guest or user, by the same external id as in the browser; and how the goods go."""

import logging

import pytest
from django.contrib.auth import get_user_model

from capi_tracking.orders.adapters import customers
from capi_tracking.visitors import people
from tests.sales import new_order, payload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("new", "new_customer_to_business"),
        ("returning", "existing_customer_to_business"),
        ("customer_in_loyalty_program", "customer_in_loyalty_program"),
    ],
)
def test_customer_type__is_told_in_metas_words(visitor, adapter, said, expected):
    adapter(customer_type=lambda self, order: said)
    with visitor():
        new_order().save()
    assert payload()["customer_segmentation"] == expected


@pytest.mark.parametrize("said", ["", None, "loyal", 7, True, ["new"]])
def test_customer_type__that_nobody_knows_is_left_out(visitor, adapter, said):
    adapter(customer_type=lambda self, order: said)
    with visitor():
        new_order().save()
    assert "customer_segmentation" not in payload()


def test_delivery_category__is_one_of_metas_words_or_left_out(visitor, adapter):
    adapter(delivery_category=lambda self, order: "curbside")
    with visitor():
        new_order().save()
        assert payload()["custom_data"]["delivery_category"] == "curbside"


def test_delivery_category__of_the_shops_own_words_costs_no_sale_and_is_told_once(visitor, adapter, caplog):
    adapter(delivery_category="country")
    customers._tell.cache_clear()
    with visitor():
        order = new_order()
        order.save()
        order.save()
    assert "delivery_category" not in payload()["custom_data"]
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert "Changed.delivery_category gives a word that Meta does not know" in told[0].getMessage()


def test_external_id__of_a_user_is_the_browsers_and_a_guest_has_none(visitor, adapter, rf):
    adapter(external_id="user_id", email=("user.email", "email"))
    user = get_user_model().objects.create_user("jo", email="account@shop.example")
    request = rf.get("/")
    request.user = user
    with visitor():
        order = new_order(user=user)
        order.save()
        data = payload()["user_data"]
        assert data["external_id"] == [people.hashes(request)["external_id"]]
        assert data["em"] == [people.hashes(request)["em"]]
        order.user = None
        order.save()
        new = new_order()
        new.save()
    found = new.__class__.objects.get(pk=new.pk)
    assert found.user is None
    told = people.UserData.of(external_id=None, email=found.email).as_payload()
    assert "external_id" not in told
