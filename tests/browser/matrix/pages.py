"""The matrix' shop: each page of it in every dress that a shop may wear."""

import itertools
import json
import secrets
import threading
from decimal import Decimal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.cache import cache_page
from django.views.decorators.csrf import csrf_exempt

from capi_tracking.shortcuts import pixel_config, track_request
from demo_project.shop.models import Order
from tests.browser import pages
from tests.browser.matrix import libraries
from tests.browser.matrix.dresses import DRESSES, PIECE
from tests.browser.pages import locked

LISTS = {"hundred": pages.LONG, "numbers": [f"sku-{number}" for number in range(500)]}
SECONDS = 10
heard: list[str] = []  # what pages told of themselves, in a browser that nobody drives
moments = itertools.count(1)
may_go = threading.Event()


def dressed(request: HttpRequest, dress: str, name: str, **context: object) -> HttpResponse:
    worn = DRESSES[dress]
    nonce = secrets.token_urlsafe(16) if worn.has_nonce else None
    html = Template(worn.page(name)).render(RequestContext(request, {**LISTS, "csp_nonce": nonce, **context}))
    return HttpResponse(html, headers={"Content-Security-Policy": worn.csp(nonce or "")})


@csrf_exempt
@locked
def page(request: HttpRequest, dress: str, name: str) -> HttpResponse:
    return dressed(request, dress, name)


@locked
def thanks(request: HttpRequest, pk: int) -> HttpResponse:
    return dressed(request, "bare", "sale", order=Order.objects.get(pk=pk))


@csrf_exempt
@locked
def register(request: HttpRequest) -> HttpResponse:
    """What happens in a view: the visitor stays (htmx), or is sent on."""
    with transaction.atomic():
        track_request(request, "CompleteRegistration", value=Decimal("3.50"), currency="EUR")
    return redirect(request.GET["then"]) if "then" in request.GET else HttpResponse("registered")


@locked
def front(request: HttpRequest) -> HttpResponse:
    """A page of a headless shop's front end, under another host name, with what its shop told it."""
    shop = f"http://127.0.0.1:{request.get_port()}"
    asked = RequestFactory().get("/", SERVER_NAME="127.0.0.1", SERVER_PORT=request.get_port())
    config = json.dumps(pixel_config(f"http://{request.get_host()}", request=asked))
    script = f'<script src="{shop}/static/capi_tracking/capi.js" defer></script>'
    return HttpResponse(f'<!doctype html><script type="application/json" data-capi-config>{config}</script>{script}')


@locked
def granting(request: HttpRequest, dress: str, name: str) -> HttpResponse:
    """The page for a visitor who has granted before: for a browser that nobody drives."""
    answer = dressed(request, dress, name)
    answer.set_cookie("capi_consent", "granted.1.1767225600")
    return answer


def steps(request: HttpRequest) -> HttpResponse:
    """Tells when the page's scripts have run; where there is a link to follow, waits for the word and follows it."""
    return HttpResponse(
        """
        const told = document.prerendering ? "drawn ahead" : "shown";
        document.addEventListener("DOMContentLoaded", () => setTimeout(async () => {
          await fetch("/told/?" + new URLSearchParams({told}));
          if (location.pathname !== "/granting/prerender/plain/") return;
          await fetch("/word/");
          document.querySelector("#ahead").click();
        }));
        """,
        content_type="text/javascript",
    )


def told(request: HttpRequest) -> HttpResponse:
    heard.append(request.GET["told"])
    return HttpResponse(status=204)


def word(request: HttpRequest) -> HttpResponse:
    may_go.wait(SECONDS)
    return HttpResponse(status=204)


@locked
def piece(request: HttpRequest) -> HttpResponse:
    """A part of a page, as htmx swaps it in; in a frame, as Turbo asks for it."""
    text = f'{{% load capi_tracking %}}<turbo-frame id="frame">{PIECE}</turbo-frame>'
    return HttpResponse(Template(text).render(RequestContext(request, {"at": next(moments)})))


def frame(request: HttpRequest, dress: str, name: str) -> HttpResponse:
    """A page of somebody else's that shows ours, under its other host name."""
    host = "localhost" if request.get_host().startswith("127.0.0.1") else "127.0.0.1"
    return HttpResponse(f'<iframe src="http://{host}:{request.get_port()}/{dress}/{name}/"></iframe>')


def script(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(libraries.text_of(name), content_type="text/javascript")


urlpatterns = [
    *pages.urlpatterns[:1],
    path("favicon.ico", lambda request: HttpResponse(status=204)),
    path("steps.js", steps),
    path("told/", told),
    path("word/", word),
    path("piece/", piece),
    path("register/", register),
    path("front/", front),
    path("private/<slug:secret>/", lambda request, secret: page(request, "private", "product")),
    path("frame/<slug:dress>/<slug:name>/", frame),
    path("granting/<slug:dress>/<slug:name>/", granting),
    path("cached/thanks/<int:pk>/", cache_page(60)(thanks)),
    path("cached/<slug:dress>/<slug:name>/", cache_page(60)(page)),
    path("buy/", pages.buy),
    path("thanks/<int:pk>/", thanks, name="thanks"),
    path("library/<slug:name>.js", script),
    path("<slug:dress>/<slug:name>/", page),
]
