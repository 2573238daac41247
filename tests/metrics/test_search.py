"""Finding events by what staff know of them."""

import pytest

from capi_tracking import metrics
from capi_tracking.events import UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import OutboxEvent
from tests.factories import (
    OutboxEventFactory,
)

pytestmark = pytest.mark.django_db


def found_by(term):
    return list(metrics.find_events(OutboxEvent.objects.all(), term))


def test_find_events__by_id_order_and_key_exactly():
    event = OutboxEventFactory()
    OutboxEventFactory()
    for term in (event.event_id, event.order_key, event.key, f" {event.event_id} "):
        assert found_by(term) == [event]
    assert found_by(event.event_id[:-1]) == []


@pytest.mark.parametrize("term", ["Jane@Example.com ", "+49 171 2345678"])
def test_find_events__by_the_customers_e_mail_or_phone(term):
    user = UserData.of(email="jane@example.com", phone="+491712345678")
    event = OutboxEventFactory(email_key=identity_key("em", user.em[0]), phone_key=identity_key("ph", user.ph[0]))
    OutboxEventFactory()
    assert found_by(term) == [event]


@pytest.mark.parametrize("term", ["@", "no@body", "+", "12345678", "x" * 5000, "%", "0" * 64])
def test_find_events__finds_nothing_and_does_not_fall_over(term):
    OutboxEventFactory()
    assert found_by(term) == []
