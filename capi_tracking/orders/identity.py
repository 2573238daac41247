"""What an order is called: in our tables by its key, at Meta by an id that follows from it and says nothing of it."""

from typing import Any

from django.db.models import Model

from ..conf import conf, keyed_hash


def order_key(model: type[Model], pk: Any) -> str:
    """``app.model:pk``, the same for a model and its proxies."""
    concrete = model._meta.concrete_model or model
    return f"{concrete._meta.label_lower}:{pk}"


def event_id(key: str, event_name: str, part: str = "") -> str:
    """32 hex characters: stable over reload, webhook and replay."""
    return keyed_hash(f"{key}\n{event_name}\n{part}", purpose="event_id", key=conf.EVENT_ID_KEY)
