"""Columns that queries make up, so that groups of several tables stand below one another in one query."""

from typing import Any

from django.db.models import Case, CharField, F, IntegerField, Q, QuerySet, SmallIntegerField, Value, When

SUMS = ("count", "money", "scored", "score", "short", "retried", "clicked")
NO_DELAY = -1  # in the place of a bucket
NO_PROOF = -2  # in the place of what a browser said, where that proves nothing
COLUMN, SUM = "group_", "sum_"  # before their names: a row's own columns are called the same


def flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=SmallIntegerField())


def text(value: str) -> Value:
    return Value(value, output_field=CharField())


def number(value: int) -> Value:
    return Value(value, output_field=SmallIntegerField())


def nothing() -> Value:
    return Value(None, output_field=IntegerField())


# What stands in a column for which a query has nothing; "kind" tells a tally from a fact, which has none.
TEXTS = ("kind", "status", "reason", "pair", "currency", "consent", "match_keys", "name")
NUMBERS = {"slot": 0, "tests": 0, "is_order": 0, "is_website": 1, "is_ripe": 0, "returning": 0}
NUMBERS |= {"delay": NO_DELAY, "proof": NO_PROOF}
_EMPTY: dict[str, Any] = {"pixel": F("pixel"), "event_name": F("event_name")}
_EMPTY |= {name: text("") for name in TEXTS} | {name: number(value) for name, value in NUMBERS.items()}


def grouped(rows: QuerySet[Any], *, sums: dict[str, Any], **columns: Any) -> QuerySet[Any]:
    """The rows in groups that are alike in the columns, with what they add up to."""
    stated = rows.annotate(**{COLUMN + name: each for name, each in (_EMPTY | columns).items()})
    added = {SUM + name: sums.get(name, nothing()) for name in SUMS}
    groups: QuerySet[Any] = stated.order_by().values(*(COLUMN + name for name in _EMPTY)).annotate(**added)
    return groups


def named(group: dict[str, Any]) -> dict[str, Any]:
    """A group of a query by the names that it was asked for."""
    return {name.removeprefix(COLUMN).removeprefix(SUM): value for name, value in group.items()}
