"""What concerns production alone: ``manage.py check --deploy``."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage

from ..conf import is_loopback
from . import catalogue
from .given import is_on, is_sound, quoted, sound, sound_pixels

LOCAL_TRANSPORTS = "capi_tracking.transports.local."
PROXY_SETTINGS = ["SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT"]
CACHES = {
    "django.core.cache.backends.locmem.LocMemCache": catalogue.deployment.CACHE_PER_PROCESS,
    "django.core.cache.backends.dummy.DummyCache": catalogue.deployment.CACHE_KEEPS_NOTHING,
}


def check_deployment(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Whatever would go wrong on a server. Nothing while tracking is switched off."""
    if not is_on():
        return []
    return [*_shadow(), *_environment(), *_test_codes(), *_proxies(), *_cache(), *_of_this_machine()]


def _shadow() -> Iterator[CheckMessage]:
    if is_sound("SHADOW") and sound("SHADOW"):
        yield catalogue.deployment.SHADOW()


def _environment() -> Iterator[CheckMessage]:
    if is_sound("ENVIRONMENT") and not sound("ENVIRONMENT"):
        yield catalogue.deployment.NO_ENVIRONMENT()


def _test_codes() -> Iterator[CheckMessage]:
    for alias, entry in sound_pixels().items():
        if entry.get("TEST_EVENT_CODE"):
            yield catalogue.deployment.TEST_CODE(alias=alias, quoted=quoted(alias))


def _proxies() -> Iterator[CheckMessage]:
    setting = next((name for name in PROXY_SETTINGS if getattr(settings, name, None)), None)
    if setting and is_sound("TRUSTED_PROXIES") and not sound("TRUSTED_PROXIES"):
        yield catalogue.deployment.NO_PROXIES(setting=setting)


def _cache() -> Iterator[CheckMessage]:
    caches = settings.CACHES if isinstance(settings.CACHES, dict) else {}
    default = caches.get("default")
    backend = default.get("BACKEND") if isinstance(default, dict) else None
    finding = CACHES.get(str(backend))
    if finding:
        yield finding()


def _of_this_machine() -> Iterator[CheckMessage]:
    """What is right while a shop is built, and loses every sale on a server that inherits it."""
    if settings.DEBUG:
        return
    for setting in ("GRAPH_URL", "PIXEL_SCRIPT_URL", "TRANSPORT"):
        value = sound(setting) if is_sound(setting) else ""
        if is_loopback(value) or value.startswith(LOCAL_TRANSPORTS):
            yield catalogue.deployment.OF_THIS_MACHINE(setting=setting, value=value)
