"""What a shop's own tests use."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from capi_tracking.consent import Consent, ConsentState
from capi_tracking.exceptions import Denied
from capi_tracking.testing import (
    ScriptedTransport,
    assert_not_tracked,
    assert_tracked,
    deliver_now,
    sent_events,
    tracked_events,
)
from capi_tracking.tracking import track

pytestmark = pytest.mark.django_db

DOCS = (Path(__file__).parent.parent / "docs" / "sandbox.md").read_text()
CONFTEST = """
from capi_tracking.testing import assert_tracked  # before pytest has heard of the plugin
pytest_plugins = ["capi_tracking.testing"]
"""
SETTINGS = """
SECRET_KEY = "a shop's"
INSTALLED_APPS = ["capi_tracking"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
USE_TZ = True
CAPI_TRACKING = {
    "PIXELS": {
        "default": {"PIXEL_ID": "111", "ACCESS_TOKEN": "EAAreal", "APP_SECRET": "real"},
        "other": {"PIXEL_ID": "222", "ACCESS_TOKEN": "EAAother"},
        "later": {"PIXEL_ID": "", "ACCESS_TOKEN": ""},
    },
    "TRANSPORT": "capi_tracking.transports.local.MemoryTransport",
    "BATCH_SIZE": 7,
}
"""
MORE_TESTS = """
import pytest
from django.conf import settings
from django.utils import timezone
from capi_tracking.conf import conf
from capi_tracking.events import Event, UserData
from capi_tracking.testing import MemoryTransport, deliver_now, sent_events
from capi_tracking.tracking import track

pytestmark = pytest.mark.django_db


def lead(**where):
    track(Event(name="Lead", event_time=timezone.now(), user_data=UserData.of(email="jo@shop.example")), **where)


def test_settings__point_at_the_sandbox_and_keep_the_rest(capi_sandbox):
    assert (conf.GRAPH_URL, conf.NUDGE, conf.BATCH_SIZE) == (capi_sandbox.url, None, 7)
    assert conf.PIXEL_SCRIPT_URL == capi_sandbox.url + "/fbevents.js"


def test_settings__are_the_shops_own_again_afterwards():
    assert "NUDGE" not in settings.CAPI_TRACKING
    assert settings.CAPI_TRACKING["PIXELS"]["default"] == {
        "PIXEL_ID": "111", "ACCESS_TOKEN": "EAAreal", "APP_SECRET": "real"
    }


def test_real_secrets__are_never_sent(capi_sandbox):
    assert "real" not in str(conf.PIXELS) and "other" not in str(conf.PIXELS["other"])


def test_every_pixel__is_known(capi_sandbox):
    for alias in ("default", "other", "later"):
        lead(pixel=alias)
    assert deliver_now(capi_sandbox).delivered == 3
    assert [hit["pixel"] for hit in capi_sandbox.events] == ["111", "222", "1234567890"]


def test_each_test__has_a_sandbox_of_its_own(capi_sandbox):
    assert capi_sandbox.events == [] and capi_sandbox.requests["graph"] == 0


def test_a_transport__may_still_be_named(capi_sandbox):
    lead()
    deliver_now(MemoryTransport)
    assert len(sent_events()) == 1 and capi_sandbox.events == []
"""


def test_assert_tracked__finds_the_event_and_returns_it(make_event: Any) -> None:
    track(make_event())
    assert assert_tracked("Purchase", currency="EUR")["event_name"] == "Purchase"


@pytest.mark.parametrize(("name", "data"), [("Lead", {}), ("Purchase", {"currency": "USD"}), ("Purchase", {"x": None})])
def test_assert_tracked__fails_where_nothing_fits(name: str, data: dict[str, Any], make_event: Any) -> None:
    track(make_event())
    with pytest.raises(AssertionError, match=name):
        assert_tracked(name, **data)


def test_assert_tracked__fails_where_a_sale_was_tracked_twice(make_event: Any) -> None:
    for _ in range(2):
        track(make_event())
    with pytest.raises(AssertionError, match="2 of 2"):
        assert_tracked("Purchase")


def test_assert_not_tracked__a_skipped_event_is_not_tracked(make_event: Any) -> None:
    track(make_event(), consent=Consent(ConsentState.DENIED), order_key="7")
    assert_not_tracked("Purchase")
    track(make_event())
    with pytest.raises(AssertionError, match="1 Purchase"):
        assert_not_tracked("Purchase")


def test_deliver_now__goes_through_memory_or_a_script(make_event: Any) -> None:
    track(make_event())
    assert deliver_now(ScriptedTransport(Denied("token"))).held == 1
    track(make_event("Lead"))
    assert deliver_now().delivered == 0
    assert len(tracked_events()) == 2
    assert sent_events() == []


def test_sent_events__are_what_meta_would_read(make_event: Any) -> None:
    track(make_event())
    deliver_now()
    assert sent_events() == tracked_events("Purchase")


# The fixture, as a shop uses it


def example() -> str:
    (found,) = re.findall(r"```python\n(# test_tracking\.py\n.*?)```", DOCS, re.DOTALL)
    return str(found)


def run_as_a_shop(folder: Path, **files: str) -> subprocess.CompletedProcess[str]:
    for name, text in {"conftest": CONFTEST, "shop_settings": SETTINGS, **files}.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "--ds=shop_settings"]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_the_documented_example__passes_in_a_shop_of_its_own(tmp_path: Path) -> None:
    done = run_as_a_shop(tmp_path, test_tracking=example())
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_capi_sandbox__keeps_its_promises_in_a_shop_of_its_own(tmp_path: Path) -> None:
    done = run_as_a_shop(tmp_path, test_more=MORE_TESTS)
    assert "6 passed" in done.stdout, done.stdout + done.stderr


def test_testing__loads_where_there_is_no_pytest() -> None:
    code = (
        "import os, sys, django; sys.modules['pytest'] = None; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings';"
        "django.setup(); import capi_tracking.testing as kit; print(hasattr(kit, 'capi_sandbox'), kit.deliver_now.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "deliver_now"]
