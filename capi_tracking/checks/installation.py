"""What the project around the app must have: time zones, middleware, URLs, a Celery application."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.urls import NoReverseMatch, reverse

from .. import csp
from . import catalogue
from .given import is_on, load, sound

MIDDLEWARE = "capi_tracking.middleware.TrackingMiddleware"
EARLIER = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

POLICIES = ["SECURE_CSP", "CONTENT_SECURITY_POLICY"]  # Django's own from 6.0 on, and django-csp's

Check = Callable[..., list[CheckMessage]]


def check_installation(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """``USE_TZ``, ``MIDDLEWARE``, the URLs, and the Content-Security-Policy."""
    time_zones = [] if settings.USE_TZ else [catalogue.project.NO_TIME_ZONES()]
    return [*time_zones, *_middleware(), *_urls(), *_policies()]


def celery_check(shop_app: Callable[[], object | None]) -> Check:
    """A check that asks ``shop_app`` for the process's Celery application: only ``tasks`` knows Celery."""

    def check_celery(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
        waits_for_one = is_on() and sound("NUDGE") == "celery"
        return [catalogue.project.NO_CELERY()] if waits_for_one and shop_app() is None else []

    return check_celery


def _middleware() -> Iterator[CheckMessage]:
    paths = settings.MIDDLEWARE if isinstance(settings.MIDDLEWARE, list | tuple) else ()
    bases = [_bases(path) for path in paths]
    ours = _first(bases, MIDDLEWARE)
    if ours is None:
        yield catalogue.project.NO_MIDDLEWARE()
        return
    later = [path for path in EARLIER if (place := _first(bases, path)) is not None and place > ours]
    if later:
        names = " and ".join(path.rpartition(".")[2] for path in later)
        yield catalogue.project.EARLY_MIDDLEWARE(later=names)


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
        yield catalogue.project.NO_URLS(urlconf=f"{settings.ROOT_URLCONF}".replace(".", "/") + ".py")
    except Exception:  # noqa: BLE001 (a URLconf that can't be read at all: Django's own check says so)
        return


def _policies() -> Iterator[CheckMessage]:
    read = {name: sound(name) for name in ("PIXEL_SCRIPT_URL", "SHADOW", "BROWSER")}
    for setting in POLICIES if is_on() else ():
        try:
            blocked = csp.missing(getattr(settings, setting, None) or {}, read)
        except Exception:  # noqa: BLE001, S112 (a policy that can't be read at all: its own package says so)
            continue
        for directive, sources in blocked.items():
            yield catalogue.project.POLICY_BLOCKS(setting=setting, directive=directive, sources=" and ".join(sources))
