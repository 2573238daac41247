"""What a shop wears: its pages' bodies, and around them the libraries, policies and snippets that it may have."""

from collections.abc import Callable
from dataclasses import dataclass

from capi_tracking.conf import conf
from tests.browser import pages
from tests.browser.pages import CONTENT

OTHER = "9876543210"
VIEW = f'{{% pixel_event "ViewContent" {CONTENT} %}}'
WISH = f'<button type="button" id="wish" {{% pixel_on "AddToWishlist" {CONTENT} %}}>Wish</button>'
PIECE = f'<p id="piece">Piece {{{{ at }}}}</p>{VIEW}{WISH}'
SWAP = '<button id="swap" hx-get="/piece/" hx-target="#place" hx-swap="{}">Swap</button>'
LINKS = """
  <nav><a id="plain" href="../plain/">Plain</a> <a id="ahead" href="/ahead/product/">Ahead</a>
    <a id="product" href="../product/">Product</a> <a id="measure" href="../measure/">Measure</a></nav>
"""
BODIES = {
    "plain": "",
    "product": VIEW,
    "measure": '{% pixel_event "RingSizeMeasured" ring_size=17 %}',
    "long": '{% pixel_event "ViewContent" content_ids=hundred %}',
    "many": '{% for number in numbers %}{% pixel_event "ViewContent" content_ids=number %}{% endfor %}',
    "shelf": f'{WISH}<form method="post" action="../plain/" {{% pixel_on "AddToCart" {CONTENT} %}}><button id="add">Add</button></form>',
    "swap": SWAP.format("innerHTML") + '<div id="place"></div>',
    "morph": SWAP.format("innerMorph") + f'<div id="place">{PIECE}</div>',
    "frame": '<turbo-frame id="frame"><a id="swap" href="/piece/">Fill</a></turbo-frame>',
    "refresh": PIECE,
    "sale": "{% pixel_purchase order %}",
}


@dataclass(frozen=True)
class Dress:
    """What stands in the head before and after our tag, the body's start, and the policy for a nonce."""

    before: str = ""
    after: str = ""
    body: str = "<body>"
    csp: Callable[[str], str] = lambda nonce: pages.policy()
    has_nonce: bool = False

    def page(self, name: str) -> str:
        """The template of that page."""
        head = f"{{% load capi_tracking %}}{self.before}{{% pixel_head %}}{self.after}<title>{name}</title>"
        body = f"{self.body}<h1>{name.title()}</h1>{BODIES[name]}{LINKS}</body>"
        return f"<!doctype html><html><head>{head}</head>{body}</html>"


def library(name: str) -> str:
    return f'<script src="/library/{name}.js" defer></script>'


def speculation(kind: str) -> str:
    rules = f'{{"{kind}": [{{"source": "list", "urls": ["/ahead/product/"], "eagerness": "immediate"}}]}}'
    return f'<script type="speculationrules">{rules}</script>'


def speculating(nonce: str) -> str:
    return pages.policy().replace("script-src", "script-src 'inline-speculation-rules'")


def styled(nonce: str) -> str:
    return pages.policy() + "; style-src 'self' 'unsafe-inline'"


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


HTMX2 = """<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>"""
MORPH = '<meta name="turbo-refresh-method" content="morph">'
STEPS = '<script src="/steps.js" defer></script>'
DRESSES = {
    "bare": Dress(),
    "nonce": Dress(csp=django_policy("nonce"), has_nonce=True),
    "dynamic": Dress(csp=django_policy("nonce", "'strict-dynamic'"), has_nonce=True),
    "htmx2": Dress(before=HTMX2, after=library("htmx2"), body='<body hx-boost="true">'),
    "htmx4": Dress(after=library("htmx4"), body='<body hx-boost:inherited="true">'),
    "turbo": Dress(after=library("turbo"), csp=styled),
    "morphing": Dress(before=MORPH, after=library("turbo"), csp=styled),
    "prerender": Dress(after=speculation("prerender") + STEPS, csp=speculating),
    "prefetch": Dress(after=speculation("prefetch"), csp=speculating),
    "ahead": Dress(after=STEPS),
}
