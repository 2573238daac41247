"""What a shop wears: its pages' bodies, and around them the libraries, policies and snippets that it may have."""

from collections.abc import Callable
from dataclasses import dataclass

from capi_tracking import csp
from capi_tracking.conf import conf
from tests.browser import pages
from tests.browser.pages import CONTENT
from tests.browser.shop import PIXEL

OTHER = "9876543210"
NONCE = "<CSP_NONCE_SENTINEL>"  # Django's own word for the one to come
VIEW = f'{{% pixel_event "ViewContent" {CONTENT} %}}'
WISH = f'<button type="button" id="wish" {{% pixel_on "AddToWishlist" {CONTENT} %}}>Wish</button>'
PIECE = f'<p id="piece">Piece {{{{ at }}}}</p>{VIEW}{WISH}'
SWAP = '<button id="swap" hx-get="/piece/" hx-target="#place" hx-swap="{}">Swap</button>'
REGISTER = '<button id="register" hx-post="/register/" hx-swap="none">Register</button>'
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
    "register": REGISTER
    + '<form method="post" action="/register/?then={{ request.path }}../plain/"><button id="send">Send</button></form>',
    "item": f'<button type="button" id="buy" data-item="{{% pixel_item {CONTENT} %}}">Buy</button>',
    "sale": "{% pixel_purchase order %}",
}


@dataclass(frozen=True)
class Dress:
    """What stands in the head before and after our tag, the body's start, and the policy for a nonce."""

    before: str | Callable[[], str] = ""
    after: str | Callable[[], str] = ""
    body: str = "<body>"
    csp: Callable[[str], str] = lambda nonce: pages.policy()
    has_nonce: bool = False

    def page(self, name: str) -> str:
        """The template of that page."""
        before, after = (part() if callable(part) else part for part in (self.before, self.after))
        head = f"{{% load capi_tracking %}}{before}{{% pixel_head %}}{after}<title>{name}</title>"
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
    """Django's SECURE_CSP with these sources of scripts, extended by ours, as its middleware writes the header."""

    def header(nonce: str) -> str:
        policy = {"default-src": ["'self'"], "script-src": list(scripts), "form-action": ["'self'"]}
        allowed = csp.extended(policy)
        return "; ".join(" ".join([name, *sources]) for name, sources in allowed.items()).replace(
            NONCE, f"'nonce-{nonce}'"
        )

    return header


def snippet() -> str:
    """What a shop pasted years ago: its pixel, and another one beside it."""
    return f"""<script nonce="{{{{ csp_nonce }}}}">
      if (!window.fbq) {{
        const fbq = (window.fbq = (...given) => (fbq.callMethod ? fbq.callMethod(...given) : fbq.queue.push(given)));
        Object.assign(fbq, {{push: fbq, loaded: true, version: "2.0", queue: []}});
        window._fbq = fbq;
        const script = document.createElement("script");
        Object.assign(script, {{async: true, src: "{conf.PIXEL_SCRIPT_URL}", nonce: "{{{{ csp_nonce }}}}"}});
        document.head.append(script);
      }}
      fbq("init", "{PIXEL}");
      fbq("track", "PageView");
      fbq("track", "ViewContent", {{content_ids: ["sku-1"], content_type: "product"}});
      fbq("track", "Contact");
      fbq("init", "{OTHER}");
      fbq("trackSingle", "{OTHER}", "Lead");
    </script>"""


HTMX2 = """<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>"""
MORPH = '<meta name="turbo-refresh-method" content="morph">'
STEPS = '<script src="/steps.js" defer></script>'
SECRET = "{% pixel_private %}"
DRESSES = {
    "bare": Dress(),
    "imageless": Dress(csp=lambda nonce: pages.policy("img-src")),
    "formless": Dress(csp=lambda nonce: pages.policy("form-action") + "; form-action 'self'"),
    "frameless": Dress(csp=lambda nonce: pages.policy("frame-src")),
    "hosts": Dress(csp=django_policy("'self'")),
    "nonce": Dress(csp=django_policy(NONCE), has_nonce=True),
    "dynamic": Dress(csp=django_policy(NONCE, "'strict-dynamic'"), has_nonce=True),
    "htmx2": Dress(before=HTMX2, after=library("htmx2"), body='<body hx-boost="true">'),
    "htmx4": Dress(after=library("htmx4"), body='<body hx-boost:inherited="true">'),
    "turbo": Dress(after=library("turbo"), csp=styled),
    "morphing": Dress(before=MORPH, after=library("turbo"), csp=styled),
    "prerender": Dress(after=speculation("prerender") + STEPS, csp=speculating),
    "prefetch": Dress(after=speculation("prefetch"), csp=speculating),
    "private": Dress(before=SECRET),
    "old-before": Dress(before=snippet, csp=django_policy(NONCE), has_nonce=True),
    "old-after": Dress(after=snippet, csp=django_policy(NONCE), has_nonce=True),
    "ahead": Dress(after=STEPS),
}
