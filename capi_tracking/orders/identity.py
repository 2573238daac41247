"""What an order is called: in our tables by its key, at Meta by an id that follows from it and says nothing of it."""

import hashlib
from functools import cache
from typing import Any

from django.db.models import Model

from ..conf import conf
from ..keyed_hashes import keyed_hash, secret_keys

MAX_KEY = 128
READABLE = 60


@cache
def ancestry(model: type[Any]) -> tuple[type[Model], ...]:
    """The model and, by multi-table inheritance, those whose rows carry the same key; a proxy is what it stands for."""
    found: list[type[Model]] = []
    meta = getattr(model, "_meta", None)
    while meta is not None:
        found.append(meta.concrete_model or model)
        link = meta.pk.remote_field if meta.pk else None
        meta = link.model._meta if link and getattr(link, "parent_link", False) else None
    return tuple(found)


def order_key(model: type[Model], pk: Any) -> str:
    """``app.model:pk``, the same for a model, its proxies and the models that inherit its table."""
    root = ancestry(model)[-1]
    return bounded(f"{root._meta.label_lower}:{root._meta.pk.to_python(pk)}")


def bounded(key: str) -> str:
    """The key as its column can hold it: of a longer one the beginning and a hash of the whole."""
    if len(key) <= MAX_KEY:
        return key
    return f"{key[:READABLE]}~{hashlib.sha256(key.encode()).hexdigest()}"


def event_id(key: str, event_name: str, part: str = "") -> str:
    """32 hex characters: stable over reload, webhook and replay."""
    return _event_id(key, event_name, part, conf.EVENT_ID_KEY)


def older_event_ids(key: str, event_name: str, part: str = "") -> list[str]:
    """What the same was called under ``EVENT_ID_KEY_FALLBACKS``, or those of ``SECRET_KEY`` where that is the key."""
    older = conf.EVENT_ID_KEY_FALLBACKS or ([] if conf.EVENT_ID_KEY else secret_keys()[1:])
    return [_event_id(key, event_name, part, each) for each in older]


def _event_id(key: str, event_name: str, part: str, secret: str) -> str:
    return keyed_hash(f"{key}\n{event_name}\n{part}", purpose="event_id", key=secret)


def outbox_of(using: str) -> str:
    """Rows live beside their orders, where the settings allow it."""
    return using if using in conf.OUTBOX_DATABASES else str(conf.OUTBOX_DATABASES[0])
