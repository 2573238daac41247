from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet


def insert_once(queryset: QuerySet[Any], row: Model, *, same: str) -> None:
    """Insert in one statement; a row that is there already stays as it is, and nothing is raised.

    An IntegrityError would break the caller's transaction on PostgreSQL. MySQL's INSERT IGNORE cuts and invents
    values, hence an update there, of ``same``: a column that is equal in every row that can collide.
    """
    if connections[queryset.db].vendor == "mysql":
        queryset.bulk_create([row], update_conflicts=True, update_fields=[same])
    else:
        queryset.bulk_create([row], ignore_conflicts=True)
