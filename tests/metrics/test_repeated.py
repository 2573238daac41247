"""One value on many orders is told, by its key alone."""

import pytest

from capi_tracking import metrics
from capi_tracking.events import UserData
from capi_tracking.tracking import track

pytestmark = pytest.mark.django_db


@pytest.fixture
def sell(make_event):
    def sell(count: int, same: int) -> None:
        for number in range(count):
            phone = "+493012345" if number < same else f"+49301234{number:04}"
            data = UserData.of(email=f"jo{number}@shop.example", phone=phone, country="DE")
            track(make_event(user_data=data), order_key=f"shop.order:{number}")

    return sell


def told(**narrowed):
    return metrics.repeated(metrics.window("24h"), using="default", **narrowed)


def test_repeated__tells_of_a_value_on_more_than_a_tenth_of_the_orders(sell):
    sell(20, same=3)
    (found,) = told()
    assert (found.key.name, found.count, found.orders) == ("ph", 3, 20)
    assert told(pixel="none") == ()


@pytest.mark.parametrize(("count", "same"), [(20, 2), (19, 19), (20, 0)])
def test_repeated__is_silent_of_fewer(sell, count, same):
    sell(count, same)
    assert told() == ()
