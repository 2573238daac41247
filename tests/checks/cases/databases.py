"""The databases of the outbox."""

from tests.checks.changes import WARNING, database
from tests.checks.conftest import OPTIONS

SQLITE_HINT = (
    'In DATABASES["books"]: "OPTIONS": '
    '{"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}'
)

CASES = [
    (
        "W301", database(options={**OPTIONS, "transaction_mode": "DEFERRED"}), WARNING,
        "The SQLite database 'books' begins transactions by reading: "
        'beside a worker, "database is locked" follows.',
        SQLITE_HINT,
    ),
    (
        "W302", database(options={**OPTIONS, "timeout": 19.5}), WARNING,
        "The SQLite database 'books' waits 19.5 seconds for a lock; beside a worker it should wait 20.",
        SQLITE_HINT,
    ),
    (
        "W303", database(options={**OPTIONS, "init_command": "PRAGMA synchronous=NORMAL;"}), WARNING,
        "The SQLite database 'books' is not opened with WAL: readers and the one writer stop each other.",
        SQLITE_HINT,
    ),
]  # fmt: skip
