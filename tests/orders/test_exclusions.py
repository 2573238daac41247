"""Orders that are no customers': a row says by which rule, and holds nothing of the person."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group

from capi_tracking import context
from capi_tracking.consent import Consent
from capi_tracking.models import CheckoutContext, OutboxEvent, Status
from capi_tracking.orders import purchase_islands
from tests.sales import FBP, add_line, new_order, row, stock

pytestmark = pytest.mark.django_db
GRANTED = Consent("granted", policy="till", source="shop")


def user(**values):
    return get_user_model().objects.create_user(f"user-{get_user_model().objects.count()}", **values)


def assert_withheld(reason):
    assert (row().status, row().reason, row().payload) == (Status.SKIPPED, reason, "")


def test_order__that_is_a_test_is_withheld_on_both_sides(visitor, adapter):
    adapter(is_test=lambda self, order: True)
    with visitor():
        order = new_order()
        order.save()
    assert_withheld("excluded_test_order")
    assert purchase_islands(order) == []


@pytest.mark.parametrize("consent", ["granted.1.1767225600", "denied.1.1767225600", ""])
def test_order__is_withheld_by_its_rule_whatever_was_agreed_to(visitor, adapter, consent):
    adapter(is_test=lambda self, order: True)
    with visitor(consent):
        new_order().save()
    assert_withheld("excluded_test_order")


def test_order__placed_by_staff_is_withheld_though_paid_by_webhook(visitor, adapter):
    adapter(placed_by="user")
    with visitor():
        new_order(user=user(is_staff=True)).save()
    assert_withheld("excluded_staff")


def test_order__placed_by_a_member_of_an_excluded_group_is_withheld(visitor, adapter, capi):
    adapter(placed_by="user")
    capi(EXCLUDED_GROUPS=["Wholesale"])
    buyer = user()
    with visitor():
        new_order(user=buyer).save()
        assert row().status == Status.PENDING
        OutboxEvent.objects.all().delete()
        buyer.groups.add(Group.objects.create(name="Wholesale"))
        new_order(user=buyer).save()
    assert_withheld("excluded_group")


@pytest.mark.parametrize("placed_by", [lambda self, order: AnonymousUser(), "user", ()])
def test_order__of_a_guest_is_of_no_group(visitor, adapter, capi, placed_by):
    adapter(placed_by=placed_by)
    capi(EXCLUDED_GROUPS=["Wholesale"])
    with visitor():
        new_order().save()
    assert row().status == Status.PENDING


def test_groups__are_asked_for_only_where_some_are_excluded(visitor, adapter, capi, django_assert_max_num_queries):
    adapter(placed_by="user")
    buyer = user()

    def saved():
        with visitor(), django_assert_max_num_queries(50) as counted:
            new_order(user=buyer).save()
        return len(counted)

    usual = saved()
    capi(EXCLUDED_GROUPS=["Wholesale"])
    assert saved() == usual + 1


@pytest.mark.parametrize(
    ("patterns", "is_withheld"),
    [(["*@SHOP.example"], True), (["jo@shop.example"], True), (["*+test@*"], False), (["shop.example"], False)],
)
def test_order__of_an_excluded_address_is_withheld(visitor, capi, patterns, is_withheld):
    capi(EXCLUDED_EMAILS=patterns)
    with visitor():
        new_order(email=" Jo@Shop.Example ").save()
    assert (row().reason == "excluded_email") is is_withheld


def test_order__with_several_addresses_is_withheld_for_one_of_them(visitor, capi, adapter):
    capi(EXCLUDED_EMAILS=["*@shop.example"])
    adapter(email=lambda self, order: ["jo@home.example", "jo@shop.example"])
    with visitor():
        new_order().save()
    assert_withheld("excluded_email")


def test_order__of_an_excluded_channel_is_withheld(visitor, capi, adapter):
    capi(EXCLUDED_CHANNELS=["market*", "till"])
    adapter(channel=lambda self, order: "Marketplace")
    with visitor():
        new_order().save()
    assert_withheld("excluded_channel")


def test_order__from_a_network_that_is_excluded_since_the_checkout_is_withheld(visitor, capi):
    with visitor():
        order = new_order(status="pending", paid_at=None)
        order.save()
    capi(EXCLUDED_ADDRESSES=["8.8.8.0/24"])
    order.status = "paid"
    order.save()
    assert_withheld("excluded_address")


def test_order__saved_at_an_excluded_address_says_so(visitor, capi):
    capi(EXCLUDED_ADDRESSES=["8.8.8.0/24"])
    with visitor():
        new_order().save()
    assert_withheld("excluded_address")
    assert not CheckoutContext.objects.exists()


def test_order__of_staff_on_the_shops_own_pages_says_so(rf, admin_user):
    request = rf.post("/checkout/")
    request.COOKIES.update({"capi_consent": "granted.1.1767225600", "_fbp": FBP})
    request.user = admin_user
    with context.serving(request):
        new_order().save()
    assert_withheld("excluded_staff")


def test_order__of_a_customer_that_staff_mark_as_paid_is_sent(visitor, rf, admin_user):
    with visitor():
        order = new_order(status="pending", paid_at=None)
        order.save()
    request = rf.post("/back-office/")
    request.user = admin_user
    order.status = "paid"
    with context.serving(request):
        order.save()
    assert row().status == Status.PENDING


def test_order__taken_by_staff_on_the_phone_goes_by_the_consent_that_they_wrote_down(rf, admin_user, adapter):
    adapter(consent=lambda self, order: GRANTED)
    request = rf.post("/back-office/")
    request.user = admin_user
    with context.serving(request):
        new_order().save()
    assert row().status == Status.PENDING


@pytest.mark.django_db(transaction=True)
def test_order__that_turns_out_to_be_a_test_while_it_waits_is_taken_back(visitor, adapter):
    adapter(is_test=lambda self, order: order.last_name == "Test")
    with visitor():
        order = new_order()
        order.save()
        add_line(order, stock())
        assert row().status == Status.PENDING
        order.last_name = "Test"
        order.save()
    assert_withheld("excluded_test_order")


def test_order__is_withheld_for_each_pixel(visitor, adapter, capi):
    pixels = {alias: {"PIXEL_ID": f"12{number}", "ACCESS_TOKEN": "t"} for number, alias in enumerate(("default", "b"))}
    capi(PIXELS=pixels)
    adapter(is_test=lambda self, order: True, pixels=lambda self, order: ["default", "b"])
    with visitor():
        new_order().save()
    assert set(OutboxEvent.objects.values_list("pixel", "reason")) == {
        ("default", "excluded_test_order"),
        ("b", "excluded_test_order"),
    }
