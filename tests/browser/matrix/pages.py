"""The matrix' shop: each page of it in every dress that a shop may wear, each under a policy that the pixel can live with."""

import itertools
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path
from django.views.decorators.cache import cache_page
from django.views.decorators.csrf import csrf_exempt

from capi_tracking.conf import conf
from demo_project.shop.models import Order
from tests.browser import pages
from tests.browser.matrix import libraries
from tests.browser.pages import CONTENT, locked

VIEW = f'{{% pixel_event "ViewContent" {CONTENT} %}}'
MEASURED = '{% pixel_event "RingSizeMeasured" ring_size=17 %}'
PIECE = f"""
  <p id="piece">Piece {{{{ at }}}}</p>{VIEW}<button type="button" id="wish" {{% pixel_on "AddToWishlist" {CONTENT} %}}>Wish</button>
"""
LINKS = """
  <nav><a id="plain" href="../plain/">Plain</a> <a id="ahead" href="/ahead/product/">Ahead</a> <a id="product" href="../product/">Product</a>
    <a id="measure" href="../measure/">Measure</a></nav>
"""
BODIES = {
    "plain": "<h1>Plain</h1>",
    "product": f"<h1>Product</h1>{VIEW}",
    "measure": f"<h1>Measure</h1>{MEASURED}",
    "long": "<h1>Long</h1>{% pixel_event 'ViewContent' content_ids=hundred %}",
    "many": "<h1>Many</h1>{% for number in numbers %}{% pixel_event 'ViewContent' content_ids=number %}{% endfor %}",
    "swap": '<h1>Swap</h1><button id="swap" hx-get="/piece/" hx-target="#place">Swap</button><div id="place"></div>',
    "morph": f'<h1>Morph</h1><button id="swap" hx-get="/piece/" hx-target="#place" hx-swap="innerMorph">Morph</button>'
    f'<div id="place">{PIECE}</div>',
    "frame": '<h1>Frame</h1><turbo-frame id="frame"><a id="swap" href="/piece/">Fill</a></turbo-frame>',
    "refresh": f"<h1>Refresh</h1>{PIECE}",
    "sale": "<h1>Thanks</h1>{% pixel_purchase order %}",
}
HTMX = """<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>"""


@dataclass(frozen=True)
class Dress:
    """What a shop puts around its pages: into the head before and after our tag, and around the body."""

    before: str = ""
    after: str = ""
    body: str = "<body>"
    csp: Callable[[str], str] = lambda nonce: pages.policy()
    has_nonce: bool = False


SECONDS = 10
heard: list[str] = []  # what pages told of themselves, in a browser that nobody drives
moments = itertools.count(1)
may_go = threading.Event()


def library(name: str, config: str = "") -> str:
    return f'{config}<script src="/library/{name}.js" defer></script>'


def speculation(kind: str) -> str:
    rules = f'{{"{kind}": [{{"source": "list", "urls": ["/ahead/product/"], "eagerness": "immediate"}}]}}'
    return f'<script type="speculationrules">{rules}</script>'


def speculating(nonce: str) -> str:
    return pages.policy().replace("script-src", "script-src 'inline-speculation-rules'")


def django_policy(*scripts: str) -> Callable[[str], str]:
    """As Django's SECURE_CSP with these sources of scripts and ours becomes a header."""

    def header(nonce: str) -> str:
        origin = conf.PIXEL_SCRIPT_URL.rpartition("/")[0]
        allowed = {
            "default-src": ["'self'"],
            "script-src": [f"'nonce-{nonce}'" if source == "nonce" else source for source in scripts],
            "img-src": ["'self'", origin],
            "frame-src": ["'self'", origin],
            "form-action": ["'self'", origin],
        }
        return "; ".join(" ".join([name, *sources]) for name, sources in allowed.items())

    return header


STEPS = '<script src="/steps.js" defer></script>'
DRESSES = {
    "bare": Dress(),
    "nonce": Dress(csp=django_policy("nonce"), has_nonce=True),
    "dynamic": Dress(csp=django_policy("nonce", "'strict-dynamic'"), has_nonce=True),
    "prerender": Dress(after=speculation("prerender") + STEPS, csp=speculating),
    "prefetch": Dress(after=speculation("prefetch"), csp=speculating),
    "ahead": Dress(after=STEPS),
    "htmx2": Dress(after=library("htmx2", HTMX), body='<body hx-boost="true">'),
    "morphing": Dress(
        before='<meta name="turbo-refresh-method" content="morph">',
        after=library("turbo"),
        csp=lambda nonce: pages.policy() + "; style-src 'self' 'unsafe-inline'",
    ),
    "turbo": Dress(after=library("turbo"), csp=lambda nonce: pages.policy() + "; style-src 'self' 'unsafe-inline'"),
    "htmx4": Dress(after=library("htmx4"), body='<body hx-boost:inherited="true">'),
}


def dressed(request: HttpRequest, dress: str, name: str, **context: object) -> HttpResponse:
    worn = DRESSES[dress]
    nonce = secrets.token_urlsafe(16) if worn.has_nonce else None
    head = f"<!doctype html><html><head>{{% load capi_tracking %}}{worn.before}{{% pixel_head %}}{worn.after}"
    text = f"{head}<title>{name}</title></head>{worn.body}{BODIES[name]}{LINKS}</body></html>"
    context |= {"hundred": pages.LONG, "numbers": [f"sku-{number}" for number in range(500)], "csp_nonce": nonce}
    html = Template(text).render(RequestContext(request, context))
    return HttpResponse(html, headers={"Content-Security-Policy": worn.csp(nonce or "")})


@csrf_exempt
@locked
def page(request: HttpRequest, dress: str, name: str) -> HttpResponse:
    return dressed(request, dress, name)


@locked
def thanks(request: HttpRequest, pk: int) -> HttpResponse:
    return dressed(request, "bare", "sale", order=Order.objects.get(pk=pk))


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
    path("frame/<slug:dress>/<slug:name>/", frame),
    path("granting/<slug:dress>/<slug:name>/", granting),
    path("cached/thanks/<int:pk>/", cache_page(60)(thanks)),
    path("cached/<slug:dress>/<slug:name>/", cache_page(60)(page)),
    path("buy/", pages.buy),
    path("thanks/<int:pk>/", thanks, name="thanks"),
    path("library/<slug:name>.js", script),
    path("<slug:dress>/<slug:name>/", page),
]
