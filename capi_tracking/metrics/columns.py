"""Columns that a query makes up, so that groups of several tables stand below one another."""

from django.db.models import Case, CharField, IntegerField, Q, SmallIntegerField, Value, When

SUMS = ("count", "money", "scored", "score", "short", "retried", "clicked")
NO_DELAY = -1  # in the place of a bucket
NO_PROOF = -2  # in the place of what a browser said, where that proves nothing


def flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=SmallIntegerField())


def text(value: str) -> Value:
    return Value(value, output_field=CharField())


def number(value: int) -> Value:
    return Value(value, output_field=SmallIntegerField())


def nothing() -> Value:
    return Value(None, output_field=IntegerField())
