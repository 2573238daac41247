"""Drains written by hand, in plain SQL, of a table that has nothing to spare: what a drain could be at best.

As safe as ours: leased in a short transaction, sent outside any, and then marked. Nothing else: no failures, no
deadlines, no attempts, no pixels.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

import django
import requests
from django.conf import settings
from django.db import connection, transaction

from tests.benchmarks.sides import build, filling, sample
from tests.benchmarks.sides.lines import serve, wall_seconds

BATCH = 1000
ID = {"postgresql": "bigserial PRIMARY KEY", "sqlite": "integer PRIMARY KEY"}
LOCK = {"postgresql": " FOR UPDATE SKIP LOCKED", "sqlite": ""}
Encode = Callable[[list[str]], str]


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
        f" SELECT {filling.joined_text(filling.digest('k'), filling.digest('l'))}, REPLACE(%s, %s,"
        f" {filling.digest('e')}), 'pending', CURRENT_TIMESTAMP FROM {source}",
        [payload, f"{1:032x}"],
    )
    execute("VACUUM ANALYZE plain_outbox" if connection.vendor == "postgresql" else "ANALYZE")


def drain_parsed() -> float:
    """Each payload is parsed, and all are dumped again."""
    return wall_seconds(lambda: drain(parse_and_dump))


def drain_joined() -> float:
    """The texts are joined as they are."""
    return wall_seconds(lambda: drain(join))


def parse_and_dump(payloads: list[str]) -> str:
    return json.dumps([json.loads(payload) for payload in payloads])


def join(payloads: list[str]) -> str:
    return f"[{','.join(payloads)}]"


def drain(encode: Encode) -> None:
    url = f"{settings.CAPI_TRACKING['GRAPH_URL']}/v26.0/1234567890/events"
    with requests.Session() as session:
        while rows := claim():
            body = f'{{"data":{encode([payload for _, payload in rows])},"access_token":"test"}}'
            taken = session.post(url, data=body.encode(), headers={"Content-Type": "application/json"}, timeout=30)
            assert taken.json()["events_received"] == len(rows)
            mark([pk for pk, _ in rows])


def claim() -> list[tuple[int, str]]:
    due = "due_at <= CURRENT_TIMESTAMP AND due_at IS NOT NULL ORDER BY due_at, id"
    lease = uuid.uuid4().hex
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT id, payload FROM plain_outbox WHERE {due} LIMIT {BATCH}{LOCK[connection.vendor]}")
        rows: list[tuple[int, str]] = cursor.fetchall()
        change([pk for pk, _ in rows], "status = 'leased', lease = %s, due_at = " + later(), lease)
    return rows


def mark(pks: list[int]) -> None:
    change(pks, "status = 'sent', due_at = NULL, lease = %s, sent_at = CURRENT_TIMESTAMP", "")


def change(pks: list[int], assignments: str, *parameters: Any) -> None:
    if connection.vendor == "postgresql":
        execute(f"UPDATE plain_outbox SET {assignments} WHERE id = ANY(%s)", [*parameters, pks])
    elif pks:
        marks = ",".join(["%s"] * len(pks))
        execute(f"UPDATE plain_outbox SET {assignments} WHERE id IN ({marks})", [*parameters, *pks])


def later() -> str:
    postgresql = connection.vendor == "postgresql"
    return "CURRENT_TIMESTAMP + interval '5 minutes'" if postgresql else "datetime('now', '+5 minutes')"


def execute(statement: str, parameters: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


if __name__ == "__main__":
    django.setup()
    serve(prepare, fill, drain_parsed, drain_joined)
