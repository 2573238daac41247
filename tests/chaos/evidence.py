"""What the database and the journals say in the end, and the notes that the database takes for us meanwhile."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

from capi_tracking.models import DeliveryAttempt, OutboxEvent
from tests.chaos.graph import Graph
from tests.chaos.shop.models import Order
from tests.chaos.troubles import Troubles
from tests.chaos.verdict import Evidence, Look, Row

# Whoever takes a row or renews its lease is noted, with the time: the outbox itself keeps the last one alone.
NOTES = """
CREATE TABLE chaos_looks (event_id text, worker text, at timestamptz);
CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO chaos_looks VALUES (NEW.event_id, current_setting('application_name'), clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_note AFTER UPDATE ON capi_tracking_outboxevent FOR EACH ROW
    WHEN (NEW.status = 'leased' AND NEW.due_at IS DISTINCT FROM OLD.due_at) EXECUTE FUNCTION chaos_note();
"""


def take_notes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(NOTES)


def gather(graph: Graph, journals: Iterable[Path], troubles: Troubles) -> Evidence:
    told = read_journals(journals)
    return Evidence(
        orders=set(Order.objects.exclude(paid_at=None).values_list("number", flat=True)),
        promised=told["committed"],
        withdrawn=told["rolled back"],
        rows=[Row(*values) for values in _rows()],
        acceptances=graph.accepted,
        recorded=_recorded(),
        looks=_looks(),
        troubles=troubles.noted + [end for member in troubles.cast.members for end in member.ends],
        kills=troubles.kills,
    )


def read_journals(paths: Iterable[Path]) -> dict[str, set[str]]:
    """Numbers by what is said of them; a shop may have been killed in the middle of a line."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for line in path.read_text().splitlines() if path.exists() else ():
            try:
                what, numbers = json.loads(line)
            except ValueError:
                continue
            found[what].update(numbers)
    return found


def _rows() -> Iterable[tuple[str, str, str, str]]:
    """By the order's key, which ends with its number."""
    for event_id, key, *state in OutboxEvent.objects.values_list("event_id", "order_key", "status", "reason"):
        yield event_id, str(key).partition(":")[2], *state


def _recorded() -> dict[str, float]:
    """When the record of a request's 2xx was committed. A record is never changed, so that its own xmin tells."""
    table = DeliveryAttempt._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT trace_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM {table}"
            " WHERE kind = 'delivered' AND trace_id <> ''"
        )
        return dict(cursor.fetchall())


def _looks() -> dict[str, list[Look]]:
    found: dict[str, list[Look]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id, worker, extract(epoch FROM at)::float8 FROM chaos_looks ORDER BY at")
        for event_id, worker, at in cursor:
            found[event_id].append(Look(worker, at))
    return found
