from typing import Any

from django.db.models.functions import Now


class DatabaseNow(Now):
    """The database's own clock in UTC, so that hosts whose clocks differ agree on what is due."""

    def as_mysql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # CURRENT_TIMESTAMP follows the session's time zone there, and Django stores UTC.
        return self.as_sql(compiler, connection, template="UTC_TIMESTAMP(6)", **extra)
