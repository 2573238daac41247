"""Pages of the docs that are whole projects: their files, written to a folder as a reader would, and run there."""

import re
from collections import defaultdict
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
FILE = re.compile(r"^`([\w/.]+\.(?:py|html))`\n\n```(?:python|django)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SETTINGS = """
import os
from datetime import UTC, datetime
import environ

env = lambda name: "a-token"
SECRET_KEY = "recipes-only"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "shop",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}}
DATABASES = {"default": environ.Env().db_url("DATABASE_URL") if "DATABASE_URL" in os.environ else SQLITE}
if "DATABASE_URL" in os.environ:
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_recipe_%s"}
"""
SETTINGS_OF_READERS = """
INSTALLED_APPS += ["capi_tracking"]
MIDDLEWARE += ["capi_tracking.middleware.TrackingMiddleware"]
CAPI_TRACKING = {"PIXELS": {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "a-token"}}}
"""
SETTINGS_OF_TESTS = """
CAPI_TRACKING |= {
    "TRANSPORT": "capi_tracking.transports.local.MemoryTransport", "NUDGE": None, "TRACK_SINCE": datetime(2020, 1, 1, tzinfo=UTC),
}
"""
CHECKS = """
import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_checks__are_content_with_it():
    call_command("check", fail_level="WARNING")
"""
URLS = """
from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls)]
"""
URLS_OF_READERS = 'urlpatterns += [path("capi/", include("capi_tracking.urls"))]\n'


def recipes() -> dict[str, str]:
    """The text of each project by its name: the guide, what contributors add, and each section of the recipes."""
    sections = re.split(r"^## ", (DOCS / "recipes.md").read_text(), flags=re.MULTILINE)[1:]
    named = {re.sub(r"\W+", "_", section.partition("\n")[0].lower()).strip("_"): section for section in sections}
    pages = {"ten_minutes": DOCS / "ten-minutes.md", "contributing": DOCS.parent / "CONTRIBUTING.md"}
    return {name: page.read_text() for name, page in pages.items()} | named


def files_of(text: str) -> dict[str, str]:
    """What the page says of each file, in its order."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, content in FILE.findall(text):
        found[path].append(content)
    return {path: "\n".join(parts) for path, parts in found.items()}


def write(name: str, folder: Path, *, of_tests: str = SETTINGS_OF_TESTS, **more: str) -> None:
    """The project: what every Django project has, and what the page adds. The guide says even how to install it."""
    files = files_of(recipes()[name]) | more
    installs = "capi_tracking" in files.get("settings.py", "")
    settings = [
        SETTINGS.replace("%s", name[:20]).replace(', "shop"' if '"shop"' in files.get("settings.py", "") else "", ""),
        "" if installs else SETTINGS_OF_READERS,
        files.pop("settings.py", ""),
    ]
    urls = [URLS, "" if installs else URLS_OF_READERS, files.pop("urls.py", "")]
    files["settings.py"], files["urls.py"] = "\n".join([*settings, of_tests]), "\n".join(urls)
    files["shop/__init__.py"], files["test_checks.py"] = "", CHECKS
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
