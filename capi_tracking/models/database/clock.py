from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now


class DatabaseNow(Now):
    """The database's own clock in UTC, so that hosts whose clocks differ agree on what is due."""

    def as_mysql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # CURRENT_TIMESTAMP follows the session's time zone there, and Django stores UTC.
        return self.as_sql(compiler, connection, template="UTC_TIMESTAMP(6)", **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # SQLite knows milliseconds, Python more: now is the end of the present one, or what is due at once is not.
        return self.as_sql(compiler, connection, template="STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f999', 'NOW')")


@lru_cache(maxsize=64)
def later(delay: timedelta) -> CombinedExpression:
    """So long from the database's now; the same object for the same delay, so that its text is written once."""
    return DatabaseNow() + delay
