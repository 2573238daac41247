"""The tags: what they render, what they refuse, and that they never break a page."""

import json
import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpResponse
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.urls import set_script_prefix
from django.utils.functional import SimpleLazyObject

from capi_tracking import context, islands
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import BrowserState, OutboxEvent
from capi_tracking.orders import item_data
from capi_tracking.tags import head
from capi_tracking.tracking import Receipt, acknowledge
from demo_project.shop.models import Category, Order, Product, Variant

BY_HAND = 'content_ids="sku-1" value=9.5 currency="EUR"'


def render(text, request=None, **values):
    template = Template("{% load capi_tracking %}" + text)
    return template.render(RequestContext(request, values) if request else Context(values))


def data_of(html):
    """The JSON of the one island."""
    (found,) = re.findall(r'<script type="application/json" data-capi-\w+>(.*?)</script>', html)
    return json.loads(found)


def attribute_of(html):
    (found,) = re.findall(r'data-capi-on="([^"]*)"', html)
    return json.loads(unescape(found))


def signed_data(island):
    return islands.verify(island["pixel"], island["name"], island["data"], island["signature"])


@pytest.fixture
def product():
    kite = Product(title='Kite "<b>" & </script><!--', category=Category(title="kites"))
    return Variant(product=kite, sku="K-1", price=Decimal("49.90"))


# -- pixel_head ------------------------------------------------------------------------------------------------------


def test_head__tells_the_script_all_and_no_visitor_apart(rf, capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": 2}, "empty": {"PIXEL_ID": ""}})
    pages = [
        render("{% pixel_head %}", rf.get("/", HTTP_COOKIE=cookie))
        for cookie in ("", "capi_consent=granted.1.5; _fbp=x")
    ]
    assert pages[0] == pages[1]
    config = data_of(pages[0])
    assert config["pixels"] == {"default": "1", "second": "2"}
    assert (config["page"], config["collect"], config["policy"]) == (["default"], "/capi/collect/", "1")
    assert config["script"] == "https://connect.facebook.net/en_US/fbevents.js"
    assert '<script src="/static/capi_tracking/capi.js" defer></script>' in pages[0]


def test_head__stands_before_other_snippets_where_it_is_to_adopt_them(capi):
    capi(FOREIGN_PIXELS="adopt")
    assert '<script src="/static/capi_tracking/capi.js"></script>' in render("{% pixel_head %}")


class Hashed(StaticFilesStorage):
    """As a manifest names files, whose neighbours can't be guessed."""

    def url(self, name):
        return f"/static/{name.replace('.js', '.0123456789ab.js')}"


def test_head__names_the_other_files_where_they_are_not_beside_the_script(settings):
    assert "files" not in data_of(render("{% pixel_head %}"))
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": f"{__name__}.Hashed"}}
    files = data_of(render("{% pixel_head %}"))["files"]
    folder = Path(head.__file__).parents[1] / "static" / "capi_tracking"
    assert {f"capi-{name}.js" for name in files} == {file.name for file in folder.glob("capi-*.js")}
    assert files["late"] == "/static/capi_tracking/capi-late.0123456789ab.js"


TWO = {"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}, "empty": {"PIXEL_ID": ""}}


@pytest.mark.parametrize(
    ("tag", "page"),
    [
        ("pixel_head", ["default", "second"]),
        ('pixel_head "second"', ["second"]),
        ('pixel_head "second" "default"', ["second", "default"]),
        ('pixel_head pixel="second default second empty"', ["second", "default"]),
        ("pixel_head pixel=several", ["second"]),
    ],
)
def test_head__sends_the_page_view_of_the_pixels_that_it_or_the_settings_name(capi, tag, page):
    capi(PIXELS=TWO, PAGE_PIXELS=["default", "second"])
    assert data_of(render("{% " + tag + " %}", several=["second"]))["page"] == page


def test_head__says_what_becomes_of_other_snippets(capi):
    assert data_of(render("{% pixel_head %}"))["foreign"] == "report"
    capi(FOREIGN_PIXELS="adopt")
    assert data_of(render("{% pixel_head %}"))["foreign"] == "adopt"


def test_head__names_no_script_of_metas_in_shadow_mode(rf, capi):
    capi(SHADOW=True)
    assert data_of(render("{% pixel_head %}", rf.get("/")))["script"] == ""


def test_head__asks_the_database_nothing(rf, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        render("{% pixel_head %}", rf.get("/"))


def test_head__is_written_anew_when_a_setting_changes(capi, settings):
    seen = [render("{% pixel_head %}")]
    for name, value in {
        "PIXELS": {"default": {"PIXEL_ID": "9"}},
        "PAGE_PIXELS": ["default", "default2"],
        "URL_PARAMETERS": ["q"],
        "COLLECT_EVENTS": ["Sized"],
        "CONSENT_POLICY": "2",
        "FOREIGN_PIXELS": "refuse",
        "PIXEL_SCRIPT_URL": "https://shop.example/f.js",
        "BROWSER": "relay_only",
    }.items():
        pixels = {"default": {"PIXEL_ID": "1"}, "default2": {"PIXEL_ID": "2"}}
        capi(**{"PIXELS": pixels, name: value})
        seen.append(render("{% pixel_head %}"))
    settings.CAPI_TRACKING["PIXELS"]["default"]["PIXEL_ID"] = "3"  # in place
    seen.append(render("{% pixel_head %}"))
    assert len(set(seen)) == len(seen)


def test_head__finds_its_addresses_anew_when_they_change(rf, settings):
    def addresses(request=None):
        html = render("{% pixel_head %}", request)
        return data_of(html)["collect"], re.findall(r'src="([^"]*)"', html)[0]

    assert addresses() == addresses(rf.get("/")) == ("/capi/collect/", "/static/capi_tracking/capi.js")
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": f"{__name__}.Hashed"}}
    assert addresses()[1] == "/static/capi_tracking/capi.0123456789ab.js"
    set_script_prefix("/below/")
    try:
        assert addresses()[0] == "/below/capi/collect/"
    finally:
        set_script_prefix("/")
    request = rf.get("/")
    request.urlconf = "demo_project.shop.urls"
    assert render("{% pixel_head %}", request) == ""


def test_head__is_of_the_visitors_language_where_urls_are(rf, settings):
    settings.ROOT_URLCONF = "tests.translated_urls"
    for language in ("de", "en"):
        request = rf.get("/")
        request.LANGUAGE_CODE = language
        assert data_of(render("{% pixel_head %}", request))["collect"] == f"/{language}/capi/collect/"


class Varying(StaticFilesStorage):
    """As one that signs its addresses."""

    number = 0

    def url(self, name, force=False):
        Varying.number += 1
        return f"{super().url(name)}?signed={self.number}"


def test_head__asks_a_storage_with_addresses_of_its_own_each_time(settings):
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": f"{__name__}.Varying"}}
    assert render("{% pixel_head %}") != render("{% pixel_head %}")


def test_head__holds_no_secret(rf, capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1", "ACCESS_TOKEN": "s3cret", "APP_SECRET": "s3cret"}})
    assert "s3cret" not in render("{% pixel_head %}", rf.get("/"))


class LazyNonce(SimpleLazyObject):
    """As Django's: false until somebody reads it."""

    def __init__(self):
        self.__dict__["is_read"] = False
        super().__init__(self._read)

    def _read(self):
        self.__dict__["is_read"] = True
        return "n0nce"

    def __bool__(self):
        return self.__dict__["is_read"]


def test_head__carries_the_pages_nonce_though_it_is_false_until_read(rf):
    request = rf.get("/")
    assert ' defer nonce="n0nce"></script>' in render("{% pixel_head %}", csp_nonce=LazyNonce())
    request.csp_nonce = LazyNonce()
    assert ' defer nonce="n0nce"></script>' in render("{% pixel_head %}", request)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ENABLED": False}, "ENABLED is False"),
        ({"PIXELS": {"default": {"PIXEL_ID": ""}}}, "no PIXEL_ID"),
        ({"PIXELS": {}}, "There is no pixel"),
    ],
)
def test_head__without_a_pixel_is_empty_and_says_why_in_debug(capi, settings, changes, why):
    capi(**changes)
    assert render("{% pixel_head %}") == ""
    settings.DEBUG = True
    html = render("{% pixel_head %}")
    assert html.startswith("<!-- capi_tracking: ")
    assert why in html


def test_head__without_our_urls_is_empty(settings, capi):
    settings.ROOT_URLCONF = "demo_project.shop.urls"
    assert render("{% pixel_head %}") == ""


# -- pixel_event -----------------------------------------------------------------------------------------------------


def test_event__by_hand_is_a_signed_island(rf):
    island = data_of(render('{% pixel_event "ViewContent" ' + BY_HAND + " %}"))
    assert (island["pixel"], island["name"]) == ("default", "ViewContent")
    assert signed_data(island) == {"value": 9.5, "currency": "EUR", "content_ids": ["sku-1"]}


def test_event__of_an_object_says_what_its_adapter_says(product):
    island = data_of(render('{% pixel_event "ViewContent" product %}', product=product))
    assert signed_data(island) == item_data(product).as_payload()


def test_event__what_is_given_by_hand_goes_before_the_adapter(product):
    island = data_of(render('{% pixel_event "ViewContent" product value=1 size=17 %}', product=product))
    assert signed_data(island) == item_data(product).as_payload() | {"value": 1, "size": 17}


def test_event__text_can_not_close_its_script(product):
    html = render('{% pixel_event "ViewContent" product %}', product=product)
    inside = html[html.index(">") + 1 : html.rindex("</script>")]
    assert not set("<>&") & set(inside)
    assert signed_data(data_of(html))["content_name"] == product.title


def test_event__asks_an_object_once_a_page(product):
    asked = []

    class Counted(Variant):
        class Meta:
            proxy = True
            app_label = "shop"

        @property
        def title(self):
            asked.append(self.sku)
            return "Kite"

    things = [Counted(product=product.product, sku=sku, price=1) for sku in "ab"]
    text = '{% for thing in things %}{% pixel_event "ViewContent" thing %}{% pixel_on "AddToCart" thing %}{% endfor %}'
    told = [signed_data(island) for island in islands_of(render(text, things=things))]
    assert [data["contents"][0]["id"] for data in told] == asked == ["a", "b"]
    things[0].price = 2
    assert '\\"value\\":2' in render(text, things=things)


def test_event__tells_objects_apart_that_live_one_after_the_other(product):
    skus = iter(map(str, range(50)))
    html = render(
        '{% pixel_event "ViewContent" make %}' * 50,
        make=lambda: Variant(product=product.product, sku=next(skus), price=1),
    )
    told = [signed_data(island)["contents"][0]["id"] for island in islands_of(html)]
    assert told == [str(n) for n in range(50)]


def test_event__names_and_pixels_may_be_variables(capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}})
    island = data_of(render("{% pixel_event name pixel=which %}", name="Contact", which="second"))
    assert (island["name"], island["pixel"], signed_data(island)) == ("Contact", "second", {})


def islands_of(html):
    return [json.loads(found) for found in re.findall(r"<script[^>]* data-capi-\w+>(.*?)</script>", html)]


def test_event__of_several_pixels_is_an_island_for_each(capi):
    capi(PIXELS=TWO, PAGE_PIXELS=["default", "second"])
    for tag in ('pixel_event "Contact"', 'pixel_event "Contact" pixel="default second"'):
        found = islands_of(render("{% " + tag + " %}"))
        assert [island["pixel"] for island in found] == ["default", "second"]
        assert [signed_data(island) for island in found] == [{}, {}]


def test_on__of_several_pixels_is_a_list(capi):
    capi(PIXELS=TWO)
    found = attribute_of(render('<form {% pixel_on "Contact" pixel="default second" %}>'))
    assert [island["pixel"] for island in found] == ["default", "second"]
    assert isinstance(attribute_of(render('<form {% pixel_on "Contact" pixel="second" %}>')), dict)


def test_event__long_lists_are_cut_for_both_copies():
    island = data_of(render('{% pixel_event "ViewContent" content_ids=ids %}', ids=[str(n) for n in range(300)]))
    assert len(signed_data(island)["content_ids"]) == islands.MAX_CONTENTS


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ('pixel_event "Purchase" order', "pixel_purchase"),
        ('pixel_on "Purchase" order', "pixel_purchase"),
        ('pixel_event "PageView"', "pixel_head"),
        ('pixel_event "Addtocart"', "Did you mean 'AddToCart'"),
        ('pixel_event ""', "printable"),
        ("pixel_event", "is written"),
        ('pixel_event "ViewContent" product another', "is written"),
        ('pixel_event "ViewContent" value=1 product', "is written"),
        ('pixel_event "ViewContent" curency="EUR"', "Did you mean currency="),
        ('pixel_event "ViewContent" "product"', "name comes first"),
        ("pixel_event 5", "printable"),
        ("pixel_head script=1", "does not know script="),
        ('pixel_head pixels="a b"', "Did you mean pixel="),
        ("pixel_head as head", "takes no as"),
        ("pixel_private secret", "is written {% pixel_private %}"),
        ("pixel_private as meta", "takes no as"),
        ('pixel_purchase "Purchase" order', "is written {% pixel_purchase order %}"),
        ("pixel_purchase", "is written {% pixel_purchase order %}"),
        ('pixel_purchase order pixel="a"', "does not know pixel="),
        ("pixel_item", "an item is an object"),
        ('pixel_item pixel="second"', "an item is an object"),
        ("pixel_item variant other", "is written"),
        ('pixel_item variant curency="EUR"', "Did you mean currency="),
        ('pixel_on "AddToCart" on="onclick"', "Did you mean on='click'"),
        ('pixel_on "AddToCart" on="click keyup"', "is no DOM event"),
        ('pixel_on "AddToCart" on="onsubmit" unconfirmed=sure', "Did you mean on='submit'"),
        ('pixel_on "AddToCart" trigger="click" unconfirmd=True', "Did you mean unconfirmed="),
        ('pixel_on product "AddToCart"', "name comes first"),
        ('pixel_on "Lead" form', "unconfirmed=True"),
        ('pixel_on "CompleteRegistration" on="submit"', "unconfirmed=True"),
        ('pixel_on "Subscribe" unconfirmed=False', "unconfirmed=True"),
    ],
)
def test_template__with_a_mistake_does_not_compile(tag, message):
    with pytest.raises(TemplateSyntaxError, match=re.escape(message)):
        Template("{% load capi_tracking %}{% " + tag + " %}")


class Exploding:
    def __str__(self):
        raise RuntimeError("jo@shop.example")


def broken():
    """A product whose adapter raises."""
    return Variant(product=Product(title=Exploding()), sku="1", price=1)


@pytest.mark.parametrize(
    ("tag", "values", "why"),
    [
        ('pixel_event "ViewContent" missing', {}, "the object is empty"),
        ('pixel_event "ViewContent" thing', {"thing": object()}, "object has no adapter"),
        ('pixel_event "ViewContent" thing', {"thing": broken()}, "RuntimeError"),
        ('pixel_event "ViewContent" value="9,90" currency="EUR"', {}, "comma"),
        ('pixel_event "ViewContent" value=9', {}, "currency"),
        ('pixel_event name', {"name": "Purchase"}, "pixel_purchase"),
        ('pixel_event name', {"name": ""}, "printable"),
        ('pixel_event thing', {"thing": broken()}, "printable"),
        ('pixel_event thing', {"thing": 5}, "printable"),
        ('pixel_event "ViewContent" pixel="nobody"', {}, "There is no pixel"),
    ],
)  # fmt: skip
def test_event__that_can_not_be_is_left_out_and_the_page_goes_on(settings, caplog, tag, values, why):
    assert render("before {% " + tag + " %} after", **values) == "before  after"
    settings.DEBUG = True
    html = render("{% " + tag + " %}", **values)
    assert re.fullmatch(r"<!-- capi_tracking: [^<>]* -->", html)
    assert why in html
    assert "jo@shop.example" not in html + caplog.text


def test_event__an_adapter_that_fails_leaves_a_log_line(caplog):
    render('{% pixel_event "ViewContent" thing %}', thing=broken())
    assert "Tracking failed with RuntimeError" in caplog.text


@pytest.mark.parametrize("tag", ['pixel_event "Contact"', 'pixel_on "Contact"', "pixel_purchase order"])
def test_kept__is_the_same_text_under_a_name(rf, sold, tag):
    html = render("{% " + tag + " %}", rf.get("/"), order=sold)
    assert render("{% " + tag + " as kept %}[{{ kept }}]", rf.get("/"), order=sold) == f"[{html}]"


def test_kept__that_is_nothing_is_false_and_the_reason_stands_where_the_tag_does(settings):
    text = '{% pixel_on "AddToCart" missing as kept %}{% if kept %}yes{% else %}no{% endif %}'
    assert render(text) == "no"
    settings.DEBUG = True
    assert re.fullmatch(r"<!-- capi_tracking: [^<>]*the object is empty here -->no", render(text))


def test_event__reason_can_not_close_its_comment(settings):
    settings.DEBUG = True
    html = render("{% pixel_event name %}", name="--><script>alert(1)</script>" + "x" * 50)
    html += render('{% pixel_event "Contact" pixel=name %}', name="--><script>")
    assert "<script" not in html
    assert html.count("-->") == 2


# -- pixel_on --------------------------------------------------------------------------------------------------------


def test_on__is_attributes_that_no_text_can_leave(product):
    html = render('<form {% pixel_on "AddToCart" product %}>', product=product)
    assert re.fullmatch(r'<form data-capi-on="[^"<>]*">', html)
    assert signed_data(attribute_of(html)) == item_data(product).as_payload()


def test_on__names_another_dom_event():
    html = render('<select {% pixel_on "CustomizeProduct" on="change" %}>')
    assert html.endswith(' data-capi-trigger="change">')
    assert signed_data(attribute_of(html)) == {}


@pytest.mark.parametrize("options", ['on="click"', "unconfirmed=True"])
def test_on__lets_a_lead_be_where_somebody_vouches(options):
    assert "data-capi-on" in render('<a {% pixel_on "Lead" ' + options + " %}>")


@pytest.mark.parametrize("on", ["", ' on="submit"', " on=trigger"])
def test_on__a_lead_by_a_variable_is_refused_as_well(settings, on):
    settings.DEBUG = True
    html = render("<form {% pixel_on name" + on + " %}>", name="Lead", trigger="submit")
    assert "data-capi-on" not in html
    assert "unconfirmed=True" in html


def test_on__that_can_not_be_says_why_inside_its_start_tag(settings):
    assert render('<form {% pixel_on "AddToCart" missing %}>') == "<form >"
    settings.DEBUG = True
    html = render('<form {% pixel_on "AddToCart" missing %}>')
    assert re.fullmatch(r'<form data-capi-nothing="[^"<>]*">', html)
    assert "data-capi-nothing" in render("<form {% pixel_on name on=bad %}>", name="Contact", bad='x" onload="')


# -- pixel_item and pixel_private ------------------------------------------------------------------------------------


def test_item__is_the_signed_data_of_one_piece(product):
    token = render("{% pixel_item product %}", product=product)
    assert re.fullmatch(r"[\w-]+\.[0-9a-f]{32}", token)
    said = item_data(product).as_payload()
    assert islands.verify_item(token, pixel="default") == said
    assert said["contents"] == [{"id": "K-1", "quantity": 1, "item_price": 49.9}]


def test_item__may_be_kept_under_a_name(settings, product):
    settings.DEBUG = True
    text = "{% pixel_item product as token %}[{{ token }}]{% if token %}{{ token }}{% endif %}"
    token = render("{% pixel_item product %}", product=product)
    assert render(text, product=product) == f"[{token}]{token}"
    assert re.fullmatch(r"<!-- capi_tracking: [^<>]*the object is empty here -->\[\]", render(text))


@pytest.mark.parametrize("ids", [[], ["1", "2"]])
def test_item__of_more_or_less_than_one_article_is_none(settings, ids):
    assert render("{% pixel_item content_ids=ids %}", ids=ids) == ""
    settings.DEBUG = True
    assert "one article" in render("{% pixel_item content_ids=ids %}", ids=ids)


def test_private__says_it_to_the_script_and_to_the_browser():
    assert render("{% pixel_private %}") == '<meta name="capi-private">\n<meta name="referrer" content="origin">'


# -- pixel_noscript ------------------------------------------------------------------------------------------------------


@pytest.fixture
def asking(rf):
    """A visitor who runs no scripts and has said yes."""
    cookies = "capi_consent=granted.1.1767225600"
    return rf.get("/kites/?q=red&token=s3cret", HTTP_COOKIE=cookies, headers={"user-agent": "Lynx"})


def images_of(html):
    return [dict(parse_qsl(urlsplit(unescape(found)).query)) for found in re.findall(r'<img src="([^"]*)"', html)]


def test_noscript__is_an_image_that_names_the_cleaned_page_alone(asking):
    html = render("{% pixel_noscript %}", asking)
    assert html.startswith('<noscript><img src="https://www.facebook.com/tr?id=1234567890&amp;')
    assert html.endswith('" width="1" height="1" alt="" hidden referrerpolicy="no-referrer"></noscript>')
    (said,) = images_of(html)
    assert said == {"id": "1234567890", "ev": "PageView", "dl": "http://testserver/kites/?q=red", "noscript": "1"}


def test_noscript__of_several_pixels_is_an_image_for_each(asking, capi):
    capi(PIXELS=TWO)
    html = render('{% pixel_noscript "default" "second" %}', asking)
    assert [said["id"] for said in images_of(html)] == ["1", "2"]


def test_noscript__goes_where_the_script_comes_from(asking, capi):
    capi(PIXEL_SCRIPT_URL="http://127.0.0.1:8990/fbevents.js")
    assert '<img src="http://127.0.0.1:8990/tr?id=' in render("{% pixel_noscript %}", asking)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"HTTP_COOKIE": ""}, "consent is unknown"),
        ({"HTTP_COOKIE": "capi_consent=denied.1.1767225600"}, "consent is denied"),
        ({"HTTP_SEC_GPC": "1"}, "consent is limited"),
        ({"HTTP_USER_AGENT": "Googlebot/2.1"}, "robots"),
    ],
)
def test_noscript__is_nothing_for_who_has_not_said_yes_or_is_not_tracked(asking, settings, change, why):
    asking.META.update(change)
    asking.__dict__.pop("COOKIES", None)
    assert render("{% pixel_noscript %}", asking) == ""
    settings.DEBUG = True
    assert why in render("{% pixel_noscript %}", asking)


@pytest.mark.parametrize("change", [{"ENABLED": False}, {"SHADOW": True}, {"PIXELS": {"default": {"PIXEL_ID": ""}}}])
def test_noscript__is_nothing_where_browsers_are_to_say_nothing(asking, capi, change):
    capi(**change)
    assert render("{% pixel_noscript %}", asking) == ""


def test_noscript__is_nothing_on_a_page_whose_address_is_secret(asking):
    assert "<img" not in render("{% pixel_private %}{% pixel_noscript %}", asking)


@pytest.mark.parametrize("cookie", ["", "capi_consent=granted.1.1767225600"])
def test_noscript__makes_its_page_private_whoever_asks(rf, cookie):
    request = rf.get("/", HTTP_COOKIE=cookie, headers={"user-agent": "Lynx"})
    render("{% pixel_noscript %}", request)
    assert context.is_private(request)


def test_noscript__without_a_request_is_nothing():
    assert render("{% pixel_noscript %}") == ""


# -- pixel_purchase --------------------------------------------------------------------------------------------------


def test_purchase__is_the_orders_own_event_with_the_buyers_hashes(rf, sold):
    island = data_of(render("{% pixel_purchase order %}", rf.get("/"), order=sold))
    row = OutboxEvent.objects.get()
    assert (island["pixel"], island["name"], island["id"]) == ("default", "Purchase", row.event_id)
    payload = json.loads(row.payload)
    assert island["data"] == payload["custom_data"]
    assert island["keys"]["em"] == payload["user_data"]["em"][0]
    assert "jo@shop.example" not in json.dumps(island)


def test_purchase__of_several_pixels_is_an_island_for_each_that_has_not_had_it(rf, sold, adapter, capi):
    capi(PIXELS=TWO)
    adapter(pixels=lambda self, order: ("default", "nobody", "empty", "second"))
    found = islands_of(render("{% pixel_purchase order %}", rf.get("/"), order=sold))
    assert [island["pixel"] for island in found] == ["default", "second"]
    assert found[0]["data"] == found[1]["data"]
    said = Receipt(pixel="second", event_name="Purchase", event_id=found[1]["id"], state=BrowserState.HANDED_OVER)
    sold.save()
    acknowledge(said)
    left = islands_of(render("{% pixel_purchase order %}", rf.get("/"), order=sold))
    assert [island["pixel"] for island in left] == ["default"]


def test_purchase__makes_its_page_private(rf, sold):
    request = rf.get("/")
    request._cache_update_cache = True

    def view(request):
        return HttpResponse(render("{% pixel_purchase order %}", request, order=sold))

    assert TrackingMiddleware(view)(request).headers["Cache-Control"] == "private, no-store"
    assert request._cache_update_cache is False


def test_purchase__finds_the_request_where_the_template_has_none(rf, sold):
    request = rf.get("/")
    with context.serving(request):
        assert data_of(render("{% pixel_purchase order %}", order=sold))
    assert context.is_private(request)


def test_purchase__stays_away_where_nothing_keeps_the_page_private(sold):
    assert render("{% pixel_purchase order %}", order=sold) == ""


def test_purchase__is_over_once_a_browser_has_had_it(rf, sold):
    row = OutboxEvent.objects.get()
    acknowledge(Receipt(pixel="default", event_name="Purchase", event_id=row.event_id, state=BrowserState.HANDED_OVER))
    request = rf.get("/")
    assert render("{% pixel_purchase order %}", request, order=sold) == ""
    assert context.is_private(request)


@pytest.mark.parametrize("order", [None, "", object()])
def test_purchase__of_nothing_is_nothing(rf, settings, order):
    assert render("{% pixel_purchase order %}", rf.get("/"), order=order) == ""
    settings.DEBUG = True
    assert render("{% pixel_purchase order %}", rf.get("/"), order=order).startswith("<!-- capi_tracking:")


def test_purchase__of_an_unpaid_order_is_nothing(rf, db):
    order = Order.objects.create(email="jo@shop.example", total=Decimal("9.50"), status="pending")
    assert render("{% pixel_purchase order %}", rf.get("/"), order=order) == ""
