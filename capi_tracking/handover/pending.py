"""Browser halves that wait for their answer. They come to the request when their row is committed, not before."""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest

Half = dict[str, Any]  # pixel, name, id, data, and custom if the name is none of Meta's


def add(request: HttpRequest, half: Half, *, using: str) -> None:
    """A transaction or savepoint that is rolled back takes its halves with it."""
    request.__dict__.setdefault("_capi_databases", set()).add(using)
    transaction.on_commit(partial(_append, request, half), using=using, robust=True)


def databases(request: HttpRequest) -> set[str]:
    """Whose commits the halves waited or wait for."""
    return set(request.__dict__.get("_capi_databases", ()))


def take(request: HttpRequest) -> list[Half]:
    """All that are committed; afterwards there are none."""
    found: list[Half] = request.__dict__.pop("_capi_halves", [])
    return found


def joined(first: list[Half], then: list[Half]) -> list[Half]:
    """Both, each event once."""
    return list({(half["pixel"], half["name"], half["id"]): half for half in [*first, *then]}.values())


def _append(request: HttpRequest, half: Half) -> None:
    request.__dict__["_capi_halves"] = joined(request.__dict__.get("_capi_halves", []), [half])
