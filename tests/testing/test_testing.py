"""What a shop's own tests use."""

import os
import re
import subprocess
import sys
from collections import UserDict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import AsyncClient, Client, RequestFactory

from capi_tracking.conf import conf
from capi_tracking.consent import Consent, ConsentState, from_cookie
from capi_tracking.events import CustomData, UserData
from capi_tracking.exceptions import Denied, Rejected, Throttled, Unreachable
from capi_tracking.testing import (
    ScriptedTransport,
    assert_not_tracked,
    assert_skipped,
    assert_tracked,
    deliver_now,
    deny_consent,
    grant_consent,
    in_memory,
    override_tracking,
    sent_events,
    set_consent,
    skip_waits,
    tracked_events,
)
from capi_tracking.testing.comparing import is_same
from capi_tracking.tracking import track
from tests.apart import PYTEST
from tests.project.recipes import DOCS, files_of, write
from tests.sales import add_line, new_order

pytestmark = pytest.mark.django_db

PAGE = (DOCS / "testing.md").read_text()
CONFTEST = """
from capi_tracking.testing import assert_tracked  # before pytest has heard of the plugin
pytest_plugins = ["capi_tracking.testing.fixtures"]
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


@pytest.fixture
def buy(visitor: Any) -> Any:
    """A saved order with its line, as within one transaction of a view."""

    def buy(**headers: str) -> Any:
        with visitor(**headers):
            order = new_order()
            order.save()
            add_line(order, None)
        return order

    return buy


def complaint(name: str, **expected: Any) -> str:
    with pytest.raises(AssertionError) as failed:
        assert_tracked(name, **expected)
    return str(failed.value)


# assert_tracked


def test_assert_tracked__finds_the_event_and_returns_it(make_event: Any) -> None:
    track(make_event())
    assert assert_tracked("Purchase", currency="EUR")["event_name"] == "Purchase"


@pytest.mark.parametrize("value", [9.9, "9.90", "9.9", Decimal("9.90"), 3.3 * 3])
def test_assert_tracked__takes_a_value_of_any_type(value: Any, make_event: Any) -> None:
    track(make_event())
    assert_tracked("Purchase", value=value, contents=[{"id": "sku-1", "item_price": value}])


@pytest.mark.parametrize(
    ("found", "wanted", "same"),
    [
        (19, "19.00", True),
        (19.0, Decimal(19), True),
        (9.9, "9.91", False),
        (9.9, "", False),
        (9.9, "Infinity", False),
        (9.9, Decimal("NaN"), False),
        (1, True, False),
        (True, True, True),
        ("7", 7, True),
        ("7", "07", False),
        (None, None, True),
        (9, None, False),
        ("None", None, False),
        (["a"], ("a",), True),
        (["a", "b"], ["a"], False),
        ("ab", ["a", "b"], False),
        ({"a": 1, "b": 2}, {"a": "1.0"}, True),
        ({"a": 1}, UserDict(a=1, b=2), False),
        (3, {"a": 1}, False),
    ],
)
def test_is_same__compares_by_worth(found: Any, wanted: Any, same: bool) -> None:
    assert is_same(found, wanted) == same


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"value": 20}, "value is 9.9, not 20"),
        ({"currency": "USD"}, "currency is 'EUR', not 'USD'"),
        ({"order_id": None}, "there is no order_id"),
        ({"user_data": ["email", "fbc", "phone"]}, "user_data has no fbc, phone, but em, country, client_ip_address"),
        ({"user_data": "ph"}, "user_data has no ph"),
        ({"consent": "limited"}, "consent is granted"),
        ({"count": 2}, "1 of 1 Purchase events fit, not 2."),
        ({"pixel": "other"}, "0 of 0 Purchase events fit, not 1."),
    ],
)
def test_assert_tracked__says_what_is_otherwise(expected: Any, said: str, make_event: Any) -> None:
    track(make_event())
    assert said in complaint("Purchase", **expected)


def test_assert_tracked__asks_for_names_of_user_data_as_we_or_meta_call_them(make_event: Any) -> None:
    track(make_event())
    assert_tracked("Purchase", user_data=["email", "em", "country", "client_ip_address"], consent="granted")


def test_assert_tracked__counts(make_event: Any) -> None:
    for _ in range(2):
        track(make_event())
    assert "2 of 2" in complaint("Purchase")
    assert assert_tracked("Purchase", count=2) == tracked_events()[0]
    with pytest.raises(ValueError, match="assert_not_tracked"):
        assert_tracked("Purchase", count=0)


def test_assert_tracked__of_one_order(buy: Any) -> None:
    first, second = buy(), buy()
    assert "2 of 2" in complaint("Purchase")
    assert assert_tracked("Purchase", order=second) == tracked_events()[1]
    first.pk = -1
    with pytest.raises(AssertionError, match="0 of 0"):
        assert_tracked("Purchase", order=first)


def test_assert_tracked__tells_what_was_skipped_and_why(buy: Any, make_event: Any) -> None:
    order = buy(consent="denied.1.1767225600")
    for _ in range(3):
        track(make_event("ViewContent"), consent=Consent(ConsentState.UNKNOWN))
    track(make_event("Lead"))
    track(make_event("Lead"))
    assert complaint("Purchase").splitlines() == [
        "0 of 0 Purchase events fit, not 1.",
        "Also tracked:",
        "  Lead 2 times",
        "Not sent:",
        f"  Purchase to default for shop.order:{order.pk}: skipped, consent_denied (The visitor refused tracking, so "
        "nothing was sent.)",
        "  ViewContent 3 times: skipped, consent_unknown (The visitor had not answered the consent question, so nothing "
        "was sent.)",
    ]


def test_assert_tracked__helps_where_there_is_nothing() -> None:
    assert "update() and bulk_create() tell nobody" in complaint("Purchase")


def test_assert_tracked__cuts_a_long_list(make_event: Any) -> None:
    for number in range(25):
        track(make_event(), consent=Consent(ConsentState.DENIED), order_key=f"k{number}")
    said = complaint("Purchase")
    assert "for k19:" in said
    assert "for k20:" not in said
    assert said.endswith("and 5 more")


def test_complaints__hold_nothing_of_a_customer(make_event: Any) -> None:
    person = UserData.of(
        email="jo@shop.example", phone="+4930123456", fbp="fb.1.1700000000000.1234567890", country="DE"
    )
    track(make_event(user_data=person, custom_data=CustomData(value=1, currency="EUR")))
    track(make_event(user_data=person), consent=Consent(ConsentState.DENIED), order_key="7")
    said = complaint("Purchase", user_data=["gender"], value=2) + complaint("Lead")
    values = [
        each for value in person.as_payload().values() for each in (value if isinstance(value, list) else [value])
    ]
    assert not [value for value in ["jo@shop", "123456", *values] if value in said]


# assert_not_tracked, assert_skipped


def test_assert_not_tracked__a_skipped_event_is_not_tracked(make_event: Any) -> None:
    track(make_event(), consent=Consent(ConsentState.DENIED), order_key="7")
    assert_not_tracked("Purchase")
    track(make_event())
    with pytest.raises(AssertionError, match=r"1 Purchase events are tracked\.\n  Purchase to default: pending"):
        assert_not_tracked("Purchase")
    assert_not_tracked("Purchase", pixel="other")


def test_assert_skipped__knows_rows_and_counts(make_event: Any) -> None:
    track(make_event(), consent=Consent(ConsentState.DENIED), order_key="7")
    track(make_event("PageView"), consent=Consent(ConsentState.UNKNOWN))
    assert_skipped("Purchase")
    assert_skipped("Purchase", "consent_denied")
    assert_skipped("PageView", "consent_unknown")
    with pytest.raises(AssertionError, match="No PageView event was skipped for bot"):
        assert_skipped("PageView", "bot")


def test_assert_skipped__says_that_it_was_tracked_instead(make_event: Any) -> None:
    track(make_event())
    with pytest.raises(AssertionError, match=r"No Purchase event was skipped\.\n  1 Purchase events are tracked\."):
        assert_skipped("Purchase")


# What waits for a commit


def test_questions__come_after_what_waits_for_the_commit(buy: Any) -> None:
    buy()
    assert_tracked("Purchase", contents=[{"id": "kite-1", "quantity": 2, "item_price": "49.50"}])


def test_what_the_shop_put_off__is_left_to_the_shop(buy: Any, django_capture_on_commit_callbacks: Any) -> None:
    done: list[str] = []
    transaction.on_commit(lambda: done.append("before"))
    with django_capture_on_commit_callbacks(execute=True):
        buy()
        assert_tracked("Purchase")
        transaction.on_commit(lambda: done.append("within"))
        assert done == []
    assert done == ["within"]


def test_rolled_back_sale__is_not_tracked(buy: Any) -> None:
    with transaction.atomic():
        buy()
        transaction.set_rollback(True)
    assert_not_tracked("Purchase")


# Sending


def test_deliver_now__sends_a_sale_at_once(buy: Any) -> None:
    buy()
    assert deliver_now().delivered == 1
    assert sent_events() == tracked_events("Purchase")


@pytest.mark.parametrize(
    ("failure", "counted", "delivered"),
    [
        (Unreachable("down"), "put_back", 1),
        (Throttled("slow down", retry_after=timedelta(hours=1)), "put_back", 1),
        (Denied("token"), "held", 0),
        (Rejected("bad event"), "failed", 0),
    ],
)
def test_scripted_transport__fails_in_all_four_ways(
    failure: Any, counted: str, delivered: int, make_event: Any
) -> None:
    track(make_event())
    assert getattr(deliver_now(ScriptedTransport(failure)), counted) == 1
    assert deliver_now().delivered == 0
    skip_waits()
    assert deliver_now().delivered == delivered


# Surroundings


def test_in_memory__tracks_even_where_the_shop_does_not(make_event: Any) -> None:
    with override_tracking(ENABLED=False, SHADOW=True, NUDGE="celery", PIXELS={}, TRACK_SINCE=None, BATCH_SIZE=7):
        with in_memory() as sent:
            track(make_event())
            deliver_now()
            assert len(sent) == 1
            assert (conf.NUDGE, conf.BATCH_SIZE, conf.TRACK_SINCE.year) == (None, 7, 2000)
        assert (conf.ENABLED, conf.PIXELS) == (False, {})


def test_in_memory__begins_empty(make_event: Any) -> None:
    track(make_event())
    deliver_now()
    with in_memory() as sent:
        assert sent == []


@pytest.mark.parametrize("client", [Client(), AsyncClient(), RequestFactory()])
def test_consent__is_what_the_visitor_said(client: Any) -> None:
    for say, state in [(grant_consent, "granted"), (deny_consent, "denied")]:
        say(client)
        assert from_cookie(client.cookies["capi_consent"].value).state == state
    with pytest.raises(ValueError, match="perhaps"):
        set_consent(client, "perhaps")


# In a shop of its own


def run_as_a_shop(folder: Path, settings: str, *tests: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    command = [*PYTEST, "-W", "error", f"--ds={settings}", *tests]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)


def test_page__has_examples_that_pass_in_the_guides_shop(tmp_path: Path) -> None:
    write("ten_minutes", tmp_path, of_tests="", **files_of(PAGE))
    done = run_as_a_shop(tmp_path, "settings", "shop/test_sales.py", "shop/tests.py")
    assert f"{len(re.findall(r'    def test_|^def test_', PAGE, re.MULTILINE))} passed" in done.stdout, (
        done.stdout + done.stderr
    )


def test_page__shows_a_complaint_as_it_is(buy: Any) -> None:
    order = buy(consent="denied.1.1767225600")
    shown = re.search(r"```text\n(0 of 0 .*?)\n```", PAGE, re.DOTALL)
    assert shown
    assert complaint("Purchase").replace(f"order:{order.pk}:", "order:1:") == shown[1]


def test_capi_sandbox__keeps_its_promises_in_a_shop_of_its_own(tmp_path: Path) -> None:
    for name, text in {"conftest": CONFTEST, "shop_settings": SETTINGS, "test_more": MORE_TESTS}.items():
        (tmp_path / f"{name}.py").write_text(text)
    done = run_as_a_shop(tmp_path, "shop_settings")
    assert "6 passed" in done.stdout, done.stdout + done.stderr


def test_testing__loads_where_there_is_no_pytest() -> None:
    code = (
        "import os, sys, django; sys.modules['pytest'] = None; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings';"
        "django.setup(); import capi_tracking.testing as kit; print(kit.deliver_now.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["deliver_now"]
