"""A product's page, with our tags and without them; and the head alone, beside an inclusion_tag."""

from functools import cache
from typing import Any

import django
from django import template
from django.conf import settings
from django.db import connection
from django.template import Context, Engine, RequestContext
from django.test import RequestFactory
from django.urls import reverse

from tests.benchmarks.sides.lines import cpu_seconds, serve

register = template.Library()
BODY = """<title>{{ product }}</title></head><body>{{ seen }}<h1>{{ product }}</h1><p>{{ product.price }}</p>
<form method="post" {{ on }}><button>Add</button></form></body></html>"""
TAGS = {
    "{{ seen }}": '{% pixel_event "ViewContent" product %}{% pixel_event "Search" search_string=query %}',
    "{{ on }}": '{% pixel_on "AddToCart" product %}',
}
STATIC = "django.templatetags.static"
LOAD = "{% load capi_tracking %}"
SOURCES = {
    "empty": LOAD,
    "head": LOAD + "{% pixel_head %}",
    "inclusion": "{% load rival %}{% rival_head %}",
    "bare": f"<!doctype html><html><head>{BODY}",
    "instrumented": f"{LOAD}<!doctype html><html><head>{{% pixel_head %}}{BODY}",
    "rival.html": """{% load static %}{{ config|json_script:"config" }}
<script src="{% static 'capi_tracking/capi.js' %}" defer{% if csp_nonce %} nonce="{{ csp_nonce }}"{% endif %}></script>""",
}
for name in ("bare", "instrumented"):
    for place, tags in TAGS.items():
        SOURCES[name] = SOURCES[name].replace(place, tags if name == "instrumented" else "")


@register.inclusion_tag("rival.html", takes_context=True)
def rival_head(context: Context) -> dict[str, Any]:
    """The same head, as one would write it by hand: settings, addresses, a template."""
    ours = settings.CAPI_TRACKING
    pixels = {alias: str(pixel["PIXEL_ID"]) for alias, pixel in ours["PIXELS"].items()}
    config = {"pixels": pixels, "page": ["default"], "collect": reverse("capi_tracking:collect"), "policy": "1"}
    return {"config": config, "csp_nonce": context.get("csp_nonce")}


def engine() -> Engine:
    """As in production: each template is compiled once."""
    in_memory = ("django.template.loaders.locmem.Loader", SOURCES)
    return Engine(
        libraries={"rival": __name__, "capi_tracking": "capi_tracking.templatetags.capi_tracking", "static": STATIC},
        context_processors=["django.template.context_processors.request"],
        loaders=[("django.template.loaders.cached.Loader", [in_memory])],
    )


@cache
def compiled(page: str) -> Any:
    return engine().get_template(page)


def render(page: str, count: int) -> float:
    """Seconds of CPU time for so many."""
    found = compiled(page)
    request = RequestFactory().get("/kites/kestrel/")

    def work() -> None:
        for _ in range(count):
            found.render(RequestContext(request, names()))

    return cpu_seconds(work)


def names() -> dict[str, Any]:
    return {"product": PRODUCT, "query": "kite"}


def queries_of_head() -> int:
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        render("head", 1)
    return len(asked)


if __name__ == "__main__":
    django.setup()
    from decimal import Decimal

    from demo_project.shop.models import Category, Product, Variant

    kite = Product(title="Kestrel", category=Category(title="Kites"))
    PRODUCT = Variant(product=kite, sku="K-1", price=Decimal("49.90"))
    serve(render, queries_of_head)
