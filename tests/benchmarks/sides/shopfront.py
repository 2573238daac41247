"""A shop's server as it runs in production, several processes on one port; and who pays there, one after the other."""

import http.client
import os
import signal
import sys
import time
from socketserver import TCPServer
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import include, path

from tests.benchmarks.sides import emit
from tests.benchmarks.sides.lines import serve

urlpatterns: list[Any] = []
BACKLOG = 256


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


class Server(WSGIServer):
    request_queue_size = BACKLOG

    def server_bind(self) -> None:
        """As ``HTTPServer`` does, but for its look at the name service."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]
        self.setup_environ()


def pay(request: HttpRequest, number: int) -> HttpResponse:
    from demo_project.shop.models import Order

    with transaction.atomic():
        emit.pay(Order.objects.get(pk=number))
    return HttpResponse("thank you")


def start(processes: int) -> int:
    """Fork them, all at one port; returns it. They end with this side."""
    emit.prepare()
    urlpatterns[:] = [path("pay/<int:number>/", pay), path("capi/", include("capi_tracking.urls"))]
    server = Server(("127.0.0.1", 0), Quiet)
    connection.close()
    for _ in range(processes):
        if os.fork() == 0:
            work(server)
    return int(server.server_port)


def work(server: Server) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = os.getppid()
    server.timeout = 1.0
    connection.settings_dict["CONN_MAX_AGE"] = None
    proxied = settings.CAPI_TRACKING | {"TRUSTED_PROXIES": 1}
    with override_settings(ROOT_URLCONF=__name__, CAPI_TRACKING=proxied):
        server.set_app(WSGIHandler())
        while os.getppid() == parent:
            server.handle_request()
    os._exit(0)


def checkouts(port: int, seconds: float, each_second: int) -> list[float]:
    """Seconds of each order that is paid in this time, at a steady pace."""
    orders = [order.pk for order in emit.unpaid(int(seconds * each_second))]
    found, began = [], time.perf_counter()
    for turn, number in enumerate(orders):
        time.sleep(max(0.0, began + turn / each_second - time.perf_counter()))
        found.append(paid(port, number))
    return found


def paid(port: int, number: int) -> float:
    began = time.perf_counter()
    browser = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    browser.request("GET", f"/pay/{number}/", headers={"X-Forwarded-For": "9.9.9.9"})
    answer = browser.getresponse()
    answer.read()
    browser.close()
    assert answer.status == 200, answer.status
    return time.perf_counter() - began


def rows() -> dict[str, int]:
    from capi_tracking.models import OutboxEvent

    return {name: OutboxEvent.objects.filter(event_name=name).count() for name in ("Purchase", "PageView")}


if __name__ == "__main__":
    django.setup()
    sys.setswitchinterval(0.001)
    serve(start, checkouts, rows)
