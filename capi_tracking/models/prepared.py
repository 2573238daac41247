"""Short queries that are always the same but for their values: to have Django write one costs ten times its answer."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Field, Model

Row = TypeVar("Row", bound=Model)


def find(model: type[Row], *, using: str, **values: Any) -> Row | None:
    """The row that has these values, of which there is at most one."""
    statement, fields = _statement(model, using, tuple(values))
    rows = model._base_manager.using(using).raw(statement, _prepared(fields, values))
    return next(iter(rows), None)


def is_there(model: type[Model], *, using: str, **values: Any) -> bool:
    """Whether a row has these values."""
    statement, fields = _statement(model, using, tuple(values), only="pk")
    with connections[using].cursor() as cursor:
        cursor.execute(statement, _prepared(fields, values))
        return cursor.fetchone() is not None


@cache
def _statement(
    model: type[Model], using: str, names: tuple[str, ...], only: str = ""
) -> tuple[str, list["Field[Any, Any]"]]:
    """Its text, and whose value goes where: each name stands for its own value, hence text columns alone."""
    rows = model._base_manager.using(using).filter(**{name: name for name in names})
    query = rows.values_list(only).query if only else rows.query
    text, parameters = query.get_compiler(using).as_sql()
    fields = {field.name: field for field in model._meta.concrete_fields}
    return text, [fields[str(name)] for name in parameters]


def _prepared(fields: list["Field[Any, Any]"], values: Mapping[str, Any]) -> list[Any]:
    return [field.get_prep_value(values[field.name]) for field in fields]
