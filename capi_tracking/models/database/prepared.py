"""Short queries that are always the same but for their values: to have Django write one costs ten times its answer."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connections
from django.db.models import Field, Model
from django.db.models.expressions import Col, RawSQL
from django.db.models.sql import Query

Row = TypeVar("Row", bound=Model)


class Place(NamedTuple):
    """Where in a statement a value goes."""

    field: "Field[Any, Any]"


class Statement(NamedTuple):
    """A query as the database gets it, with places among its parameters, and the columns that come back."""

    query: Query
    text: str
    parameters: tuple[Any, ...]
    columns: list[Col]


def find(model: type[Row], *, using: str, **values: Any) -> Row | None:
    """The row that has these values, of which there is at most one."""
    return next(_rows(model, using, _statement(model, using, tuple(values)), values), None)


def find_all(model: type[Row], *, using: str, **values: Any) -> list[Row]:
    """The rows that have these values, in the model's own order."""
    return list(_rows(model, using, _statement(model, using, tuple(values), manager="_default_manager"), values))


def is_there(model: type[Model], *, using: str, **values: Any) -> bool:
    """Whether a row has these values."""
    statement = _statement(model, using, tuple(values), only="pk")
    return bool(_answer(statement, using, values))


@cache
def _statement(
    model: type[Model], using: str, names: tuple[str, ...], *, only: str = "", manager: str = "_base_manager"
) -> Statement:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    places = {name: RawSQL("%s", [Place(fields[name])]) for name in names}
    rows = getattr(model, manager).using(using).filter(**places)
    query = rows.values_list(only).query if only else rows.query
    compiler = query.get_compiler(using)
    text, parameters = compiler.as_sql()
    return Statement(query, text, tuple(parameters), [column for column, _, _ in compiler.select])


def _rows(model: type[Row], using: str, statement: Statement, values: Mapping[str, Any]) -> Iterator[Row]:
    answer = _answer(statement, using, values)
    if answer:
        compiler = statement.query.get_compiler(using)
        names = [column.target.attname for column in statement.columns]
        for row in compiler.apply_converters(answer, compiler.get_converters(statement.columns)):
            yield model.from_db(using, names, row)


def _answer(statement: Statement, using: str, values: Mapping[str, Any]) -> Sequence[Any]:
    connection = connections[using]
    given = [
        each.field.get_db_prep_value(values[each.field.attname], connection) if isinstance(each, Place) else each
        for each in statement.parameters
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement.text, given)
        found: Sequence[Any] = cursor.fetchall()
    return found
