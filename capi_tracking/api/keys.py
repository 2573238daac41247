"""Who may write: whoever has a key that is not revoked, as often as the settings allow."""

import time
from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ..conf import conf
from ..ingestion import Terms
from ..models import ApiKey, Source
from ..relay import rates

SCHEME = "Bearer"
WORDS = 2  # scheme and secret


class KeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer capi_...``. Looked up once a request: what has begun goes on when the key is revoked."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if len(words) != WORDS or words[0].lower() != SCHEME.lower():
            return None
        keys = ApiKey.objects.using(conf.OUTBOX_DATABASES[0])
        key = keys.bearer(words[1])
        if key is None:
            raise AuthenticationFailed("There is no such key, or it was revoked.")
        keys.used(key)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="capi_tracking"'


class HasKey(BasePermission):
    """No cookie and no login writes events."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiKey)


class KeyRate(BaseThrottle):
    """``API_RATE`` requests a minute for each key, asked before the body is read."""

    def allow_request(self, request: Request, view: Any) -> bool:
        return rates.counted(f"{request.auth.pk}", "api", rates.MINUTE) <= conf.API_RATE

    def wait(self) -> float:
        minute = rates.MINUTE.total_seconds()
        return minute - time.time() % minute


def terms_of(key: Any) -> Terms:
    """What this key may write. Of one pixel alone, that is meant where an item names none."""
    pixels = [alias for alias in key.pixels if isinstance(alias, str)]
    return Terms(
        source=Source.API,
        pixels=pixels,
        events=key.events or None,
        pixel=pixels[0] if len(pixels) == 1 else "default",
        policy=key.policy,
        using=conf.OUTBOX_DATABASES[0],
    )
