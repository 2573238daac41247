"""Databases: 3xx."""

from .finding import Finding

SQLITE_OPTIONS = (
    'In DATABASES[%(quoted)s]: "OPTIONS": '
    '{"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}'
)

NOT_IMMEDIATE = Finding(
    id="W301",
    when="an outbox is in SQLite, and `transaction_mode` is not IMMEDIATE",
    message='The SQLite database %(alias)r begins transactions by reading: beside a worker, "database is locked" follows.',
    hint=SQLITE_OPTIONS,
)
SHORT_WAIT = Finding(
    id="W302",
    when="an outbox is in SQLite, and `timeout` is under 20 seconds",
    message="The SQLite database %(alias)r waits %(seconds)s seconds for a lock; beside a worker it should wait 20.",
    hint=SQLITE_OPTIONS,
)
NO_WAL = Finding(
    id="W303",
    when="an outbox is in a file of SQLite, and `init_command` does not ask for WAL",
    message="The SQLite database %(alias)r is not opened with WAL: readers and the one writer stop each other.",
    hint=SQLITE_OPTIONS,
)
