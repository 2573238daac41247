"""Hashes that follow from ``SECRET_KEY``: nobody else can make one, and none tells what it was made of."""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import constant_time_compare


def keyed_hash(text: str, *, purpose: str, key: str = "") -> str:
    """32 hex characters that follow from ``text`` and a secret, different for each purpose."""
    mac = _keyed(f"capi_tracking.{purpose}|{key or settings.SECRET_KEY}").copy()
    mac.update(text.encode())
    return mac.hexdigest()[:32]


def is_signed(text: str, signature: str, *, purpose: str) -> bool:
    """Whether that is the keyed hash of ``text``, as it is made now or as it was made before ``SECRET_KEY`` changed."""
    return any(constant_time_compare(keyed_hash(text, purpose=purpose, key=key), signature) for key in secret_keys())


def identity_key(kind: str, value: str) -> str | None:
    """16 hex characters by which a person's rows are found again, without telling who it is; None for no value."""
    return keyed_hash(value, purpose=f"identity.{kind}")[:16] if value else None


def identity_keys(kind: str, value: str) -> list[str]:
    """The same, as it is made now and as it was made before ``SECRET_KEY`` changed; empty for no value."""
    return [keyed_hash(value, purpose=f"identity.{kind}", key=key)[:16] for key in secret_keys() if value]


def secret_keys() -> list[str]:
    """The key that hashes are made with now, then those that they were made with before."""
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


@lru_cache(maxsize=64)
def _keyed(secret: str) -> hmac.HMAC:
    """To take a key up costs as much as to hash a short text with it."""
    return hmac.new(secret.encode(), digestmod=hashlib.sha256)
