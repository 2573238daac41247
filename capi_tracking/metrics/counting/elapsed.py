"""The time from one moment to another, and the moment some days before, by the database."""

from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Func


class Microseconds(Func):
    """Whole microseconds from the first moment to the second."""

    output_field = BigIntegerField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # by its own functions: Django's are Python there, and a million rows would each come out to it. Whole seconds
        # first: it rounds to thousandths, and half a thousandth before the next second would be that second.
        first, params = compiler.compile(self.source_expressions[0])
        second, others = compiler.compile(self.source_expressions[1])
        parts = [
            f"(CAST(STRFTIME('%%s', SUBSTR({each}, 1, 19)) AS INTEGER) * 1000000 + CAST(SUBSTR({each}, 21, 6) AS INTEGER))"
            for each in (second, first)
        ]
        return " - ".join(parts), [*others, *others, *params, *params]

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "(EXTRACT(EPOCH FROM (%(expressions)s)) * 1000000)::bigint"
        return self._turned().as_sql(compiler, connection, template=template, arg_joiner=" - ")

    def as_mysql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="TIMESTAMPDIFF(MICROSECOND, %(expressions)s)")

    def _turned(self) -> "Microseconds":
        turned = self.copy()
        turned.set_source_expressions(self.source_expressions[::-1])
        return turned


class DaysBefore(Func):
    """The moment so many days before another. Django's own is a Python function on SQLite, called for each row."""

    output_field = DateTimeField()

    def __init__(self, moment: Any, days: int) -> None:
        super().__init__(moment, days=days)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f', %(expressions)s, '-%(days)s days')"
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s - INTERVAL '%(days)s days')")

    def as_mysql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s - INTERVAL %(days)s DAY)")
