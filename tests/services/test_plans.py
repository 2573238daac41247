"""With hundreds of thousands of sent rows behind them, the queries of every second still read a handful.

``CAPI_ROWS=1000000`` makes it a million. What a verb costs is the server's own count of rows read, in SQLite's case
of steps of its virtual machine.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.admin import filters
from capi_tracking.models import OutboxEvent, Priority, Status
from capi_tracking.models.database.slices import delete
from capi_tracking.orders.decisions import last_of
from capi_tracking.privacy import Person, withdraw
from capi_tracking.privacy.persons import named, own_events, seen_in
from capi_tracking.tracking import track
from tests.outbox_rows import make_rows
from tests.services.servers import MARIADB, POSTGRESQL, SQLITE, wants

pytestmark = pytest.mark.django_db

ROWS = int(os.environ.get("CAPI_ROWS", "200000"))
DUE = 100  # rows, behind all those
READ_AT_MOST = {POSTGRESQL: 20 * DUE, MARIADB: 30 * DUE, SQLITE: 400}  # rows; of SQLite thousands of steps
A_LITTLE = 30  # to count costs a dozen itself on MariaDB
LEASE = timedelta(minutes=5)
SOMEBODY = "fedcba9876543210"

SENT = {
    "key": "{text}",
    "pixel": "'default'",
    "event_name": "'ViewContent'",
    "event_id": "{text}",
    "event_time": "'2026-01-01'",
    "action_source": "'website'",
    "source": "'relay'",
    "status": "'sent'",
    "priority": "n % 2",
    "deadline_at": "'2026-01-08'",
    "sent_at": "'2026-01-01'",
    "settled_at": "'2026-01-01'",
    "redacted_at": "'2026-01-08'",
    "attempts": "1",
    "order_key": "{text}",
    "part": "''",
    "consent_state": "'granted'",
    "visitor_key": "'0123456789abcdef'",
    "email_key": "{short}",
    "created_at": "'2026-01-01'",
    "updated_at": "'2026-01-01'",
}
NUMBERS = {
    POSTGRESQL: "generate_series(1, {rows}) AS n",
    MARIADB: "(SELECT seq AS n FROM seq_1_to_{rows}) AS numbers",
    SQLITE: "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s)",
}
TEXT = {
    POSTGRESQL: ("'sent-' || n", "lpad(to_hex(n), 16, '0')"),
    MARIADB: ("concat('sent-', n)", "lpad(hex(n), 16, '0')"),
    SQLITE: ("'sent-' || n", "printf('%016x', n)"),
}
FRESH_STATISTICS = {POSTGRESQL: "ANALYZE {table}", MARIADB: "ANALYZE TABLE {table}"}
COUNT = {
    POSTGRESQL: "SELECT coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0) FROM pg_stat_xact_user_tables",
    MARIADB: "SELECT sum(variable_value) FROM information_schema.session_status WHERE variable_name LIKE 'Handler_read%'",
}
TABLE = OutboxEvent._meta.db_table


def columns() -> dict[str, str]:
    """``SENT``, and what else a row must have."""
    rest = [each for each in OutboxEvent._meta.concrete_fields if not (each.null or each.primary_key or each.generated)]
    return {each.column: "{false}" if each.default is False else repr(each.default) for each in rest} | SENT


def execute(sql: str, **values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(table=TABLE, rows=ROWS, **values))
        return cursor.fetchall() if cursor.description else None


@pytest.fixture(scope="module", autouse=True)
def history(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """So many rows that were sent, committed for all the tests of this file."""
    text, short = TEXT[connection.vendor]
    false = "false" if connection.vendor == POSTGRESQL else "0"
    given = columns()
    values = ", ".join(given.values()).format(text=text, short=short, false=false)
    names = ", ".join(f"`{name}`" if connection.vendor == MARIADB else name for name in given)
    if connection.vendor == POSTGRESQL:
        values = values.replace("'2026-01-01'", "timestamptz '2026-01-01'").replace(
            "'2026-01-08'", "timestamptz '2026-01-08'"
        )
    with django_db_blocker.unblock():
        with transaction.atomic():
            execute(f"INSERT INTO {{table}} ({names}) SELECT {values} FROM {NUMBERS[connection.vendor]}")
        if connection.vendor != SQLITE:  # where nobody runs ANALYZE, Django neither
            execute(FRESH_STATISTICS[connection.vendor])
        yield
        execute("DELETE FROM {table}" if connection.vendor == SQLITE else "TRUNCATE TABLE {table}")


@pytest.fixture
def costs() -> Callable[..., tuple[Any, int]]:
    """What a verb gives, and how much the server read for it."""

    def steps(verb: Callable[[], Any]) -> tuple[Any, int]:
        counted = []
        connection.connection.set_progress_handler(lambda: counted.append(1) and None, 1000)
        try:
            return verb(), len(counted)
        finally:
            connection.connection.set_progress_handler(None, 0)

    def rows(verb: Callable[[], Any]) -> tuple[Any, int]:
        before = execute(COUNT[connection.vendor])[0][0]
        found = verb()
        return found, int(execute(COUNT[connection.vendor])[0][0] - before)

    return steps if connection.vendor == SQLITE else rows


def index_of(queryset: QuerySet[Any]) -> str:
    """The plan, in the server's words."""
    if connection.vendor == MARIADB:
        return " ".join(str(row) for row in queryset.explain().splitlines())
    return queryset.explain(**({"analyze": True} if connection.vendor == POSTGRESQL else {}))


def test_claim__is_led_by_its_own_index() -> None:
    make_rows(DUE)
    plan = index_of(OutboxEvent.objects.due("default", Priority.NORMAL)[:DUE])
    assert "capi_claim" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
    assert "filesort" not in plan


def test_claim__reads_what_is_due_and_no_more(costs: Any) -> None:
    make_rows(2 * DUE)
    claim = OutboxEvent.objects.claim
    found, cost = costs(lambda: claim("default", Priority.NORMAL, limit=DUE, lease=LEASE))
    assert len(found[1]) == DUE
    assert cost <= READ_AT_MOST[connection.vendor]


def test_claim__nothing_due_costs_nothing(costs: Any) -> None:
    make_rows(1, due_at=None)
    _, cost = costs(lambda: OutboxEvent.objects.claim("default", Priority.FIRST, limit=DUE, lease=LEASE))
    assert cost <= A_LITTLE


@wants(POSTGRESQL)
def test_claim__reads_no_more_where_many_are_due(costs: Any) -> None:
    make_rows(ROWS // 10)  # a backlog of that size makes other ways look short
    execute(FRESH_STATISTICS[POSTGRESQL])
    found, cost = costs(lambda: OutboxEvent.objects.claim("default", Priority.NORMAL, limit=DUE, lease=LEASE))
    assert len(found[1]) == DUE
    assert cost <= READ_AT_MOST[POSTGRESQL]


@wants(POSTGRESQL)
def test_claim__writes_no_index() -> None:
    make_rows(DUE)
    rewritten = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = '{table}'"
    ((before, in_place),) = execute(rewritten)
    OutboxEvent.objects.claim("default", Priority.NORMAL, limit=DUE, lease=LEASE)
    ((after, then),) = execute(rewritten)
    assert after - before == DUE
    assert then - in_place >= DUE * 0.9  # a full page here and there


def test_settle__costs_what_was_sent(costs: Any) -> None:
    make_rows(DUE)
    _, rows = OutboxEvent.objects.claim("default", Priority.NORMAL, limit=DUE, lease=LEASE)
    pks = [row.pk for row in rows]
    settled, cost = costs(lambda: OutboxEvent.objects.settle(pks, attempt=None, short=False, test=False))
    assert settled == DUE
    assert cost <= READ_AT_MOST[connection.vendor]


@pytest.mark.parametrize("verb", ["expire", "hasten"])
def test_sweep__reads_what_it_closes_or_hastens(costs: Any, verb: str) -> None:
    late = timezone.now() + timedelta(hours=-1 if verb == "expire" else 1)
    make_rows(DUE, deadline_at=late)
    make_rows(DUE, first=DUE + 1)
    found, cost = costs(lambda: getattr(OutboxEvent.objects, verb)(limit=DUE))
    assert (len(found) if verb == "expire" else found) == DUE
    assert cost <= READ_AT_MOST[connection.vendor]


@pytest.mark.parametrize("verb", ["expire", "hasten"])
def test_sweep__nothing_to_do_costs_nothing(costs: Any, verb: str) -> None:
    make_rows(DUE)
    _, cost = costs(lambda: getattr(OutboxEvent.objects, verb)(limit=DUE))
    assert cost <= READ_AT_MOST[connection.vendor]


def test_redact__reads_what_it_redacts(costs: Any) -> None:
    settled = {"status": Status.SENT, "due_at": None, "settled_at": timezone.now() - timedelta(days=3)}
    make_rows(2 * DUE, **settled)
    found, cost = costs(lambda: OutboxEvent.objects.redact(timedelta(days=2), limit=DUE))
    assert found == DUE
    assert cost <= READ_AT_MOST[connection.vendor]


@pytest.mark.parametrize("verb", ["pass_over", "hold_older"])
def test_switch__reads_the_rows_that_wait_and_no_other(costs: Any, verb: str) -> None:
    make_rows(DUE, created_at=timezone.now() - timedelta(hours=2))
    age = [timedelta(hours=1)] if verb == "hold_older" else []
    found, cost = costs(lambda: getattr(OutboxEvent.objects, verb)(*age, limit=DUE))
    assert found == DUE
    assert cost <= READ_AT_MOST[connection.vendor]


def test_prune__reads_what_it_deletes(costs: Any) -> None:
    make_rows(DUE, status=Status.SENT, due_at=None, event_time=datetime(2020, 1, 1, tzinfo=UTC))
    old = OutboxEvent.objects.settled().filter(event_time__lt=datetime(2021, 1, 1, tzinfo=UTC))
    found, cost = costs(lambda: delete(old, limit=DUE))
    assert found == DUE
    assert cost <= READ_AT_MOST[connection.vendor]


def some_row() -> str:
    return f"sent-{ROWS // 2}"


LOOKUPS: dict[str, Callable[[], QuerySet[OutboxEvent]]] = {
    "key": lambda: OutboxEvent.objects.filter(key=some_row()),
    "on_order": lambda: OutboxEvent.objects.on_order("default", "ViewContent", some_row()),
    "incomplete": lambda: OutboxEvent.objects.incomplete(some_row()),
    "email_key": lambda: OutboxEvent.objects.filter(email_key=f"{ROWS // 2:016x}"),
    "phone_key": lambda: OutboxEvent.objects.filter(phone_key="0123456789abcdef"),
    "search for an id": lambda: metrics.find_events(OutboxEvent.objects.all(), some_row()),
    "search for an e-mail": lambda: metrics.find_events(OutboxEvent.objects.all(), "jo@shop.example"),
    "search for a phone": lambda: metrics.find_events(OutboxEvent.objects.all(), "+49 171 0000001"),
    "a person by e-mail": lambda: named(Person(email=frozenset({f"{ROWS // 2:016x}"})), "default"),
    "a person by phone": lambda: named(Person.of(phone="+49 171 0000001"), "default"),
    "a person by the shop's id": lambda: named(Person.of(external_id="4711"), "default"),
    "what is shown to somebody": lambda: own_events(
        Person.of(external_id="4711", fbp="fb.1.1596403881668.3333333333"), "default"
    ),
    "a person by all": lambda: named(
        Person.of(email="jo@shop.example", phone="+49 171 0000001", external_id="4711"), "default"
    ),
    "what a browser did": lambda: seen_in(["fedcba9876543210"], "default"),
    "odd answers": lambda: OutboxEvent.objects.with_odd_answers(),
    "what is dead": lambda: OutboxEvent.objects.in_status(Status.DEAD),
}


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_lookup__finds_a_row_by_an_index(costs: Any, lookup: str) -> None:
    _, cost = costs(lambda: list(LOOKUPS[lookup]()))
    assert cost <= A_LITTLE


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_lookup__in_a_lists_order_reads_no_more(costs: Any, lookup: str) -> None:
    _, cost = costs(lambda: list(LOOKUPS[lookup]().order_by("-event_time", "-pk")[:50]))
    assert cost <= A_LITTLE


def test_staffs_list__of_what_no_index_leads_to_looks_through_a_bounded_number(
    costs: Any, admin_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "MOST_SCANNED", DUE)
    address = reverse("admin:capi_tracking_outboxevent_changelist")
    make_rows(2 * DUE)  # newer than all the others
    asked = {"period": "all", "pair": "late"}
    page, cost = costs(lambda: admin_client.get(address, asked))
    assert page.status_code == 200
    assert cost <= READ_AT_MOST[connection.vendor]


def test_withdraw__reads_the_persons_rows_and_no_others(costs: Any) -> None:
    """Beside many that wait: an index to those would look short as well."""
    make_rows(20 * DUE)
    make_rows(DUE, first=20 * DUE + 1, email_key=SOMEBODY)
    somebody = frozenset({SOMEBODY})
    done, cost = costs(lambda: withdraw(Person(email=somebody, phone=somebody), using="default"))
    assert done.cancelled == DUE
    assert cost <= READ_AT_MOST[connection.vendor]


def test_renewal__finds_the_last_decision_by_an_index(costs: Any) -> None:
    make_rows(20 * DUE)
    make_rows(3, first=20 * DUE + 1, external_key=SOMEBODY, consent_at=timezone.now())
    found, cost = costs(lambda: last_of({"external": [SOMEBODY], "email": [SOMEBODY]}, "default"))
    assert found.state == "granted"
    assert cost <= 2 * A_LITTLE


def test_track__costs_the_same_however_many_were_sent(costs: Any, make_event: Any) -> None:
    _, cost = costs(lambda: track(make_event(), order_key="shop.order:1"))
    assert cost <= A_LITTLE
