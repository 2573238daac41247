"""Items as a till or a CRM sends them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

GRANTED = {"state": "granted", "policy": "card-2026", "source": "till"}


def an_item(event_id: str = "till-1", **changes: Any) -> dict[str, Any]:
    """A sale at a till, whose customer agreed. A change to None leaves the key out."""
    item: dict[str, Any] = {
        "event_name": "Purchase",
        "event_id": event_id,
        "event_time": (timezone.now() - timedelta(hours=1)).isoformat(),
        "action_source": "physical_store",
        "user_data": {"email": "jo@shop.example"},
        "custom_data": {"value": "9.90", "currency": "EUR"},
        "consent": GRANTED,
    }
    return {name: value for name, value in (item | changes).items() if value is not None}
