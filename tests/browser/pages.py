"""A tiny shop for ``capi.js``: every page under the strictest policy that the pixel can live with."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import wraps
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import RequestContext, Template
from django.urls import include, path, reverse
from django.utils import timezone
from django.views.decorators.cache import cache_page
from django.views.decorators.csrf import csrf_exempt

from capi_tracking import urls as tracking
from capi_tracking.conf import conf
from demo_project.shop.models import Order
from tests import waiting

Value = TypeVar("Value")

CONTENT = 'content_ids="sku-1" content_type="product" value=9.5 currency="EUR"'
BANNER = """
  <button id="yes" data-capi-consent="granted">Yes</button>
  <button id="no" data-capi-consent="denied">No</button>
"""
LONG = [f"a-rather-long-article-number-{number}" for number in range(100)]
PAGES = {
    "plain": "",
    "product": f"""
      {{% pixel_event "ViewContent" {CONTENT} %}}
      <form method="post" action="/shop/next/" {{% pixel_on "AddToCart" {CONTENT} %}}><button id="add">Add</button></form>
      <button type="button" id="wish" {{% pixel_on "AddToWishlist" {CONTENT} %}}><b>Wish</b></button>
      <select id="colour" {{% pixel_on "CustomizeProduct" on="change" %}}><option>red</option><option>blue</option></select>
    """,
    "custom": '{% pixel_event "RingSizeMeasured" ring_size=17 %}',
    "long": '{% pixel_event "ViewContent" content_ids=long %}',
    "sale": "{% pixel_purchase order %}",
    "next": "",
    "clobbered": '<div id="capi"></div>',
}
HEAD = "<!doctype html><html><head>{% load capi_tracking %}{% pixel_head %}<title>Shop</title></head><body>"

one_at_a_time = threading.RLock()  # in memory, all connections share the test database's locks
is_open = threading.Event()  # cleared between tests: a beacon that comes late must not meet tables being emptied


def locked(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def alone(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        with one_at_a_time:
            return view(request, *args, **kwargs) if is_open.is_set() else HttpResponse(status=503)

    return alone


def alone(ask: Callable[[], Value]) -> Value:
    """Ask the database while no request of the live server does."""
    with one_at_a_time:
        return ask()


def until(check: Callable[[], Value], what: str, seconds: float = 10) -> Value:
    """Poll, asking alone."""
    return waiting.until(lambda: alone(check), what, seconds)


def policy(without: str = "") -> str:
    origin = conf.PIXEL_SCRIPT_URL.rpartition("/")[0]
    allowed = {"script-src": origin, "img-src": origin, "connect-src": "", "frame-src": origin, "form-action": origin}
    allowed.pop(without, None)
    return "default-src 'self'; " + "; ".join(f"{name} 'self' {more}" for name, more in allowed.items())


def rendered(request: HttpRequest, name: str, **context: object) -> HttpResponse:
    template = Template(HEAD + "{% load capi_tracking %}" + PAGES[name] + BANNER)
    html = template.render(RequestContext(request, {"long": LONG, **context}))
    return HttpResponse(html, headers={"Content-Security-Policy": policy(request.GET.get("page", ""))})


@csrf_exempt
@locked
def shop(request: HttpRequest, name: str) -> HttpResponse:
    return rendered(request, name)


@csrf_exempt
@locked
def buy(request: HttpRequest) -> HttpResponse:
    """A visitor pays now: the order is saved inside the visitor's own request."""
    order = Order.objects.create(
        email="jo@shop.example", total=Decimal("9.50"), status="paid", paid_at=timezone.now() - timedelta(seconds=1)
    )
    return redirect(request.GET.get("then", "") + reverse("thanks", args=[order.pk]))


@locked
def thanks(request: HttpRequest, pk: int) -> HttpResponse:
    return rendered(request, "sale", order=Order.objects.get(pk=pk))


beacon = [path(route.pattern._route, locked(route.callback), name=route.name) for route in tracking.urlpatterns]
urlpatterns = [
    path("capi/", include((beacon, "capi_tracking"))),
    path("shop/<slug:name>/", shop),
    path("cached/<slug:name>/", cache_page(60)(shop)),
    path("buy/", buy),
    path("thanks/<int:pk>/", thanks, name="thanks"),
]
