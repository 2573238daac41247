"""Where ``capi.js`` lies, and where it goes. Looked up once, and again when what they follow from has changed."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.storage import InvalidStorageError, storages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import translation

SCRIPT = "capi_tracking/capi.js"
OTHERS = ("visitor", "track", "sale", "late", "foreign", "limited", "tcf", "google")  # what not every page needs

Files = tuple[str, tuple[tuple[str, str], ...]]


def of_files() -> Files:
    """The static file, and where the others are that it asks for, if it can't find them beside itself.

    A storage with an ``url()`` of its own, which may sign or vary it, is asked each time.
    """
    try:
        storage = storages["staticfiles"]
    except InvalidStorageError:
        return _found()
    is_djangos = isinstance(storage, StaticFilesStorage) and type(storage).url.__module__.startswith("django.")
    return _of_files(storage, settings.STATIC_URL, settings.DEBUG) if is_djangos else _found()


@lru_cache(maxsize=16)
def _of_files(*followed: Any) -> Files:
    return _found()


def _found() -> Files:
    address = static(SCRIPT)
    if address.endswith(f"/{SCRIPT}"):
        return address, ()
    return address, tuple([(name, static(f"capi_tracking/capi-{name}.js")) for name in OTHERS])


def of_views(request: HttpRequest | None) -> tuple[str, str]:
    """``collect/`` and ``match/`` ("" where the shop's URLs have none), as this request's URLs have them."""
    urlconf = getattr(request, "urlconf", None) or settings.ROOT_URLCONF
    return _of_views(urlconf, get_script_prefix(), getattr(request, "LANGUAGE_CODE", None) or settings.LANGUAGE_CODE)


@lru_cache(maxsize=128)
def _of_views(urlconf: Any, prefix: str, language: str) -> tuple[str, str]:
    with translation.override(language):
        collect = reverse("capi_tracking:collect", urlconf=urlconf)
        try:
            return collect, reverse("capi_tracking:match", urlconf=urlconf)
        except NoReverseMatch:
            return collect, ""
