"""What was left out of a page's data is written once a day by each process, in one statement after the commit."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django.utils.connection import ConnectionDoesNotExist

from capi_tracking.minimisation import LeftOut
from capi_tracking.models import Omission
from capi_tracking.tracking import omissions, tell_of_page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_told() -> Iterator[None]:
    omissions._told.clear()
    yield
    omissions._told.clear()


@pytest.fixture
def tell(django_capture_on_commit_callbacks: Any) -> Callable[[str], None]:
    """A page whose data held an e-mail address under that name."""

    def tell(parameter: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            tell_of_page(["default"], "ViewContent", [LeftOut(parameter, "email")])

    return tell


def told() -> dict[tuple[date, str], int]:
    return {(row.day, row.parameter): row.count for row in Omission.objects.all()}


def test_tell_of_page__writes_each_parameter_once_a_day_and_remembers_no_other_day(tell: Callable[[str], None]) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        today = timezone.localdate()
        for parameter in ("status", "content_name", "status"):
            tell(parameter)
    with time_machine.travel(now + timedelta(days=1), tick=False):
        tell("status")
        tomorrow = timezone.localdate()
    assert told() == {(today, "status"): 1, (today, "content_name"): 1, (tomorrow, "status"): 1}
    assert {place[0] for place in omissions._told} == {tomorrow}


def test_tell_of_page__switched_off_counts_nothing(capi: Any, tell: Callable[[str], None]) -> None:
    capi(ENABLED=False)
    tell("status")
    assert told() == {}


def test_tell_of_page__is_counted_beside_the_first_outbox(capi: Any, tell: Callable[[str], None]) -> None:
    capi(OUTBOX_DATABASES=["elsewhere"])
    with pytest.raises(ConnectionDoesNotExist):
        tell("status")


@pytest.mark.django_db(transaction=True)
def test_tell_of_page__outside_of_transactions_begins_none(
    tell: Callable[[str], None], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        tell("status")
    assert len(told()) == 1
