"""A shop's request that is paid for: a view, an order's save, and what the product does about it until the answer."""

import time
from typing import Any

import django
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from tests.benchmarks.sides import emit
from tests.benchmarks.sides.lines import serve

unpaid: list[Any] = []
urlpatterns: list[Any] = []


def pay(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        emit.pay(unpaid.pop())
    return HttpResponse("thank you")


urlpatterns.append(path("pay/", pay))


def prepare() -> None:
    emit.prepare()


def requests(count: int) -> list[float]:
    """Seconds of each of so many requests, whole: middleware, view, commit and what follows it."""
    client = Client()
    unpaid.extend(emit.unpaid(count))
    with override_settings(ROOT_URLCONF=__name__):
        return [request(client) for _ in range(count)]


def request(client: Client) -> float:
    began = time.perf_counter()
    assert client.get("/pay/").status_code == 200
    return time.perf_counter() - began


if __name__ == "__main__":
    django.setup()
    serve(prepare, requests)
