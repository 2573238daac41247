"""What the project around the app must have: time zones, middleware, URLs, a Celery application."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.urls import NoReverseMatch, reverse

from . import catalogue
from .given import is_on, load, sound

MIDDLEWARE = "capi_tracking.middleware.TrackingMiddleware"
EARLIER = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

Check = Callable[..., list[CheckMessage]]


def check_installation(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """``USE_TZ``, ``MIDDLEWARE`` and the URLs."""
    time_zones = [] if settings.USE_TZ else [catalogue.NO_TIME_ZONES()]
    return [*time_zones, *_middleware(), *_urls()]


def celery_check(shop_app: Callable[[], object | None]) -> Check:
    """A check that asks ``shop_app`` for the process's Celery application: only ``tasks`` knows Celery."""

    def check_celery(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
        waits_for_one = is_on() and sound("NUDGE") == "celery"
        return [catalogue.NO_CELERY()] if waits_for_one and shop_app() is None else []

    return check_celery


def _middleware() -> Iterator[CheckMessage]:
    paths = settings.MIDDLEWARE if isinstance(settings.MIDDLEWARE, list | tuple) else ()
    bases = [_bases(path) for path in paths]
    ours = _first(bases, MIDDLEWARE)
    if ours is None:
        yield catalogue.NO_MIDDLEWARE()
        return
    later = [path for path in EARLIER if (place := _first(bases, path)) is not None and place > ours]
    if later:
        names = " and ".join(path.rpartition(".")[2] for path in later)
        yield catalogue.EARLY_MIDDLEWARE(later=names)


def _bases(path: Any) -> set[str]:
    """The dotted paths of a middleware and of all that it inherits from."""
    found, _ = load(path) if isinstance(path, str) else (None, "")
    return {str(path), *(f"{base.__module__}.{base.__qualname__}" for base in getattr(found, "__mro__", ()))}


def _first(bases: list[set[str]], path: str) -> int | None:
    return next((place for place, names in enumerate(bases) if path in names), None)


def _urls() -> Iterator[CheckMessage]:
    try:
        reverse("capi_tracking:collect")
    except NoReverseMatch:
        yield catalogue.NO_URLS(urlconf=f"{settings.ROOT_URLCONF}".replace(".", "/") + ".py")
    except Exception:  # noqa: BLE001 (a URLconf that can't be read at all: Django's own check says so)
        return
