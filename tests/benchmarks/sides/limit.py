"""Drains written by hand, in plain SQL, of a table that has nothing to spare: what a drain could be at best.

As safe as ours: leased in a short transaction, sent outside any, and then marked. Nothing else: no failures, no
deadlines, no attempts, no pixels.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import django
import requests
from django.conf import settings
from django.db import connection, transaction

from tests.benchmarks.sides import build, filling, sample
from tests.benchmarks.sides.lines import serve, wall_seconds

BATCH = 1000
ID = {"postgresql": "bigserial PRIMARY KEY", "sqlite": "integer PRIMARY KEY"}
LOCK = {"postgresql": " FOR UPDATE SKIP LOCKED", "sqlite": ""}
NOW = {"postgresql": "CURRENT_TIMESTAMP", "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f999', 'now')"}
LATER = {
    "postgresql": "CURRENT_TIMESTAMP + interval '5 minutes'",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f999', 'now', '+5 minutes')",
}
Encode = Callable[[list[str]], str]


class Table(NamedTuple):
    """What is drained, and the words for it."""

    name: str
    due: str
    order: str
    lease: str
    sent: str


PLAIN = Table("plain_outbox", "due_at IS NOT NULL", "due_at, id", "lease", "sent_at = {now}")
OURS = Table(
    "capi_tracking_outboxevent",
    "queue = 0 AND pixel = 'default'",
    "id",
    "lease_token",
    "sent_at = {now}, settled_at = {now}, attempts = attempts + 1",
)


def prepare() -> None:
    """A table with a key that is unique, and an index that the claim goes by."""
    execute(
        f"CREATE TABLE plain_outbox (id {ID[connection.vendor]}, key varchar(64) UNIQUE, payload text NOT NULL,"
        " status varchar(16) NOT NULL, due_at timestamp, lease varchar(32), sent_at timestamp)"
    )
    execute("CREATE INDEX plain_claim ON plain_outbox (due_at, id) WHERE due_at IS NOT NULL")


def fill(count: int) -> None:
    execute("DELETE FROM plain_outbox" if connection.vendor == "sqlite" else "TRUNCATE plain_outbox")
    payload = build.event(sample.sale(1)).as_json()
    source = filling.SERIES[connection.vendor].format(first=1, last=count)
    execute(
        "INSERT INTO plain_outbox (key, payload, status, due_at)"
        f" SELECT {filling.key()}, REPLACE(%s, %s,"
        f" {filling.digest('e')}), 'pending', {NOW[connection.vendor]} FROM {source}",
        [payload, f"{1:032x}"],
    )
    execute("VACUUM ANALYZE plain_outbox" if connection.vendor == "postgresql" else "ANALYZE")


def drain_parsed(count: int) -> float:
    """Each payload is parsed, and all are dumped again."""
    return wall_seconds(lambda: drain(PLAIN, parse_and_dump, count))


def drain_joined(count: int) -> float:
    """The texts are joined as they are."""
    return wall_seconds(lambda: drain(PLAIN, join, count))


def drain_ours(count: int) -> float:
    """The same of our own table: what its columns and indexes cost."""
    return wall_seconds(lambda: drain(OURS, join, count))


def parse_and_dump(payloads: list[str]) -> str:
    return json.dumps([json.loads(payload) for payload in payloads])


def join(payloads: list[str]) -> str:
    return f"[{','.join(payloads)}]"


def drain(table: Table, encode: Encode, count: int) -> None:
    url = f"{settings.CAPI_TRACKING['GRAPH_URL']}/v26.0/1234567890/events"
    sent = table.sent.format(now=NOW[connection.vendor])
    with requests.Session() as session:
        while rows := claim(table):
            body = f'{{"data":{encode([payload for _, payload in rows])},"access_token":"test"}}'
            taken = session.post(url, data=body.encode(), headers={"Content-Type": "application/json"}, timeout=30)
            assert taken.json()["events_received"] == len(rows)
            change(table, [pk for pk, _ in rows], f"status = 'sent', due_at = NULL, {sent}", "")
            count -= len(rows)
    assert count == 0, count


def claim(table: Table) -> list[tuple[int, str]]:
    due = f"due_at <= {NOW[connection.vendor]} AND {table.due} ORDER BY {table.order}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT id, payload FROM {table.name} WHERE {due} LIMIT {BATCH}{LOCK[connection.vendor]}", [])
        rows: list[tuple[int, str]] = cursor.fetchall()
        change(
            table, [pk for pk, _ in rows], f"status = 'leased', due_at = {LATER[connection.vendor]}", uuid.uuid4().hex
        )
    return rows


def change(table: Table, pks: list[int], assignments: str, lease: str) -> None:
    statement = f"UPDATE {table.name} SET {assignments}, {table.lease} = %s WHERE id "
    if connection.vendor == "postgresql":
        execute(f"{statement} = ANY(%s)", [lease, pks])
    elif pks:
        execute(f"{statement} IN ({','.join(['%s'] * len(pks))})", [lease, *pks])


def execute(statement: str, parameters: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


if __name__ == "__main__":
    django.setup()
    serve(prepare, fill, drain_parsed, drain_joined, drain_ours)
