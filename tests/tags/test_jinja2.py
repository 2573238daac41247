"""The twin for Jinja2: the same line in a template gives the same bytes."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.template.backends.jinja2 import Jinja2
from jinja2 import Environment, StrictUndefined
from jinja2.exceptions import TemplateSyntaxError as JinjaSyntaxError

from capi_tracking import context
from capi_tracking.tags import TAGS
from demo_project.shop.models import Category, Order, Product, Variant

EXTENSION = "capi_tracking.jinja2.Tags"


@pytest.fixture
def engine(tmp_path):
    """As Django itself sets it up from a shop's settings."""
    return Jinja2({"NAME": "j", "DIRS": [tmp_path], "APP_DIRS": False, "OPTIONS": {"extensions": [EXTENSION]}})


@pytest.fixture
def names():
    kite = Product(title='Kite "<b>" & </script><!--', category=Category(title="kites"))
    return {"product": Variant(product=kite, sku="K-1", price=Decimal("49.90")), "two": ["a", "b"], "which": "second"}


SAME = [
    "pixel_head",
    'pixel_head "second" "default"',
    'pixel_head pixel="second default"',
    "pixel_head pixel=which",
    'pixel_event "ViewContent" product',
    'pixel_event "ViewContent" product pixel="default second" size=17',
    'pixel_event "ViewContent" content_ids=two value=9.5 currency="EUR"',
    'pixel_on "AddToCart" product',
    'pixel_on "AddToCart" product on="change" pixel="default second"',
    'pixel_on "Lead" unconfirmed=True',
    "pixel_item product",
    "pixel_item product as kept",
    "pixel_private",
    "pixel_noscript",
    'pixel_event "ViewContent" missing',
    'pixel_event "ViewContent" missing as kept',
    'pixel_on "ViewContent" missing',
    "pixel_item missing",
    "pixel_purchase missing",
]


def test_same__names_every_tag():
    assert {line.split()[0] for line in SAME} == TAGS.keys()


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("line", SAME)
def test_twin__gives_the_bytes_that_djangos_gives(engine, rf, capi, settings, names, line, debug):
    settings.DEBUG = debug
    capi(PIXELS={"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}})
    text = "a {% " + line + " %} b [{{ kept }}]"
    django = Template("{% load capi_tracking %}" + text).render(RequestContext(rf.get("/"), names))
    assert engine.from_string(text).render(names, rf.get("/")) == django


@pytest.mark.parametrize("line", ["pixel_purchase order", "pixel_purchase order as kept"])
def test_twin__gives_the_same_sale(engine, rf, sold, line):
    text = "{% " + line + " %}{{ kept }}"
    requests = rf.get("/"), rf.get("/")
    django = Template("{% load capi_tracking %}" + text).render(RequestContext(requests[0], {"order": sold}))
    assert engine.from_string(text).render({"order": sold}, requests[1]) == django != ""
    assert context.is_private(requests[1])


def test_twin__carries_the_pages_nonce(engine, rf):
    request = rf.get("/")
    request.csp_nonce = "n0nce"
    assert ' defer nonce="n0nce"></script>' in engine.from_string("{% pixel_head %}").render({}, request)


@pytest.mark.parametrize("options", [{"autoescape": True}, {"autoescape": False}, {"undefined": StrictUndefined}])
def test_twin__is_as_safe_in_any_environment(names, options):
    found = Environment(extensions=[EXTENSION], **options).from_string('<form {% pixel_on "AddToCart" product %}>')
    assert found.render(names) == Template('{% load capi_tracking %}<form {% pixel_on "AddToCart" product %}>').render(
        Context(names)
    )
    assert re.fullmatch(r'<form data-capi-on="[^"<>]*">', found.render(names))


@pytest.mark.parametrize(
    "line",
    [
        'pixel_event "Purchase" order',
        'pixel_event "Addtocart"',
        'pixel_event "ViewContent" curency="EUR"',
        'pixel_event "ViewContent" value=1 product',
        "pixel_event",
        'pixel_on "Lead"',
        'pixel_on "AddToCart" on="onclick"',
        "pixel_head as head",
        "pixel_purchase",
        'pixel_purchase "Purchase" order',
        "pixel_item",
    ],
)
def test_twin__refuses_what_djangos_refuses_with_the_same_words(engine, line):
    with pytest.raises(TemplateSyntaxError) as django:
        Template("{% load capi_tracking %}{% " + line + " %}")
    with pytest.raises(JinjaSyntaxError) as jinja:
        Environment(extensions=[EXTENSION]).from_string("\n{% " + line + " %}")
    assert jinja.value.message == str(django.value)
    assert jinja.value.lineno == 2


def test_twin__takes_commas_as_jinja_has_them(engine, names):
    lines = ['pixel_event "ViewContent" product size=17', 'pixel_event "ViewContent", product, size=17']
    assert len({engine.from_string("{% " + line + " %}").render(names) for line in lines}) == 1


def test_twin__may_stand_in_a_loop_and_keep_each_value(engine):
    text = "{% for id in ids %}{% pixel_item content_ids=id as token %}{{ token[:5] }},{% endfor %}"
    assert engine.from_string(text).render({"ids": ["a", "b"]}) == "eyJkY,eyJkY,"


def test_twin__a_strange_order_costs_the_page_nothing(engine, rf):
    assert engine.from_string("x{% pixel_purchase order %}y").render({"order": Order}, rf.get("/")) == "xy"


PAGE = (Path(__file__).resolve().parents[2] / "docs" / "pages.md").read_text()


@pytest.mark.parametrize("line", sorted(set(re.findall(r"{% (pixel_[^%]+?) %}", PAGE))))
def test_docs__every_tag_compiles_in_both(engine, line):
    Template("{% load capi_tracking %}{% " + line + " %}")
    engine.from_string("{% " + line + " %}")
