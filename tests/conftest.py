"""Fixtures that several rooms' tests share."""

import gc
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import timezone

from capi_tracking import context, normalization, orders
from capi_tracking.events import Content, CustomData, Event, UserData
from capi_tracking.transports.local import MemoryTransport
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order
from tests import cells, sessions
from tests.dataset_quality import asking
from tests.sales import FBP
from tests.sandbox.both_sides import BothSides
from tests.waiting import until
from tests.workers import pytest_xdist_auto_num_workers, pytest_xdist_make_scheduler  # noqa: F401 - pytest finds them


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--browser", action="store_true", help="run the tests that drive Chromium, and fail without one")
    parser.addoption("--outside", action="store_true", help="compare with Meta's SDK, which is installed apart")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if cells.is_served():
        cells.keep_what_asks(config, items)
    if not config.getoption("--browser"):
        _skip(items, {"browser", "demo"}, "drives Chromium: add --browser")
    if not config.getoption("--outside"):
        _skip(items, {"outside"}, "installs Meta's SDK: add --outside")


def pytest_collection_finish() -> None:
    gc.freeze()  # ten thousand tests stay to the end: not to look through them anew each time saves one second in twenty-five


def _skip(items: list[pytest.Item], marks: set[str], reason: str) -> None:
    for item in items:
        if marks & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Before its database is dropped, nobody else speaks to it: PostgreSQL would refuse."""
    yield
    with django_db_blocker.unblock():
        sessions.end_others()
        until(lambda: not sessions.others(), "the others have left the test's database")


@pytest.fixture
def make_event() -> Callable[..., Event]:
    def make(name: str = "Purchase", **changes: Any) -> Event:
        values: dict[str, Any] = {
            "event_time": timezone.now() - timedelta(seconds=5),
            "user_data": UserData.of(email="jo@shop.example", country="DE", client_ip_address="8.8.8.8"),
            "custom_data": CustomData(
                value=Decimal("9.90"), currency="EUR", contents=[Content(id="sku-1", item_price=Decimal("9.90"))]
            ),
        }
        return Event(name=name, **(values | changes))

    return make


@pytest.fixture
def default_country() -> Iterator[Callable[..., Any]]:
    """None, until a test sets one; the settings' own is back afterwards."""
    before = normalization.set_default_country(str)
    yield normalization.set_default_country
    normalization.set_default_country(before)


@pytest.fixture
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def capi(settings: Any) -> Callable[..., None]:
    """Change some of the app's settings for one test."""

    def change(**changes: Any) -> None:
        settings.CAPI_TRACKING = {**django_settings.CAPI_TRACKING, **changes}

    return change


@pytest.fixture
def visitor(rf: RequestFactory) -> Callable[..., Any]:
    """A context manager: code inside runs for a visitor's request with these cookies and headers."""

    def serve(consent: str = "granted.1.1767225600", path: str = "/cart/", **headers: str) -> Any:
        request = rf.post(path, REMOTE_ADDR="8.8.8.8", headers={"user-agent": "Safari", **headers})
        request.COOKIES.update({"capi_consent": consent, "_fbp": FBP} if consent else {})
        return context.serving(request)

    return serve


@pytest.fixture
def sold(db: None, rf: RequestFactory) -> Order:
    """An order that a consenting visitor has just paid."""
    request = rf.get("/", HTTP_COOKIE="capi_consent=granted.1.1767225600")
    with context.serving(request):
        return Order.objects.create(
            email="jo@shop.example", total=Decimal("9.50"), status="paid", paid_at=timezone.now() - timedelta(seconds=1)
        )


@pytest.fixture
def adapter() -> Iterator[Callable[..., None]]:
    """Replace members of the shop's order adapter for one test."""

    def use(**members: Any) -> None:
        orders.register(Order)(type("Changed", (ShopOrder,), members))

    yield use
    orders.register(Order)(ShopOrder)


@pytest.fixture
def meta(capi: Callable[..., None]) -> Iterator[BothSides]:
    """A Meta whose own numbers the shop may ask for."""
    with asking.serving(capi) as both:
        yield both


@pytest.fixture
def staff(client: Any) -> Callable[..., Any]:
    """Log in somebody of the staff who has these permissions and no other."""

    def log_in(*permissions: str, is_staff: bool = True) -> Any:
        user = User.objects.create_user("staff", is_staff=is_staff)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture(autouse=True)
def _empty_memory_transport() -> Iterator[None]:
    MemoryTransport.sent.clear()
    yield
    MemoryTransport.sent.clear()
