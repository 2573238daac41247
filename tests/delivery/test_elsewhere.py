"""An outbox in another database than the first."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper

from capi_tracking.delivery import deliver_due, hold_older_than, resume, sweep
from capi_tracking.exceptions import Denied, Rejected, Throttled, Unreachable
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.transports.local import Answer, ScriptedTransport
from tests.outbox_rows import make_row, make_rows, statuses

ELSEWHERE = "elsewhere"
pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The alias of an empty database in memory, which has the app's tables and no others."""
    place = {"NAME": ":memory:", "OPTIONS": {}}
    connections[ELSEWHERE] = DatabaseWrapper(deepcopy(connection.settings_dict) | place, ELSEWHERE)
    with connections[ELSEWHERE].schema_editor() as editor:
        for model in apps.get_app_config("capi_tracking").get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
    yield ELSEWHERE
    BaseDatabaseWrapper.close(connections[ELSEWHERE])  # SQLite's own leaves a database in memory open
    del connections[ELSEWHERE]


@pytest.fixture
def first_is_closed() -> Iterator[None]:
    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        raise AssertionError(sql)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.usefixtures("first_is_closed")
@pytest.mark.parametrize("run", [deliver_due, sweep])
@pytest.mark.parametrize(
    "answer", [None, Rejected("", code=100), Denied("", code=190), Throttled("", code=4), Unreachable("")]
)
def test_drain__of_another_database_asks_the_first_for_nothing(elsewhere: str, run: Any, answer: Answer) -> None:
    make_rows(1, using=elsewhere)
    assert run(elsewhere, transport=ScriptedTransport(answer)).requests == 1
    assert OutboxEvent.objects.using(elsewhere).get().attempts == 1


class Elsewhere:
    """A router that keeps all there is in one place."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return ELSEWHERE

    db_for_write = db_for_read


def test_hold__and_resume_speak_of_the_default_database_whatever_a_router_says(elsewhere: str, settings: Any) -> None:
    settings.DATABASE_ROUTERS = [Elsewhere()]
    make_row(due_at=None, status=Status.HELD, reason="denied_190")
    with connections[elsewhere].execute_wrapper(lambda *call: pytest.fail(call[1])):
        assert resume(["default"]) == 1
        assert hold_older_than(timedelta(0)) == 1
    settings.DATABASE_ROUTERS = []
    assert statuses() == {"e1": Status.HELD}
