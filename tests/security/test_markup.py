"""No text leaves the markup that a tag writes it into: every argument of every tag, both template languages, DEBUG too."""

from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import Context, RequestContext, Template
from django.template.backends.jinja2 import Jinja2
from django.utils.safestring import SafeString

from capi_tracking.tags import TAGS
from demo_project.shop.models import Category, Order, Product, Variant

MARK = "zq9"
PAYLOADS = [
    f"</script><script>{MARK}()</script>",
    f"<!--<script>{MARK}",
    f"--><img src=x onerror={MARK}()>",
    f'"><svg onload="{MARK}()">',
    f"'><b onclick='{MARK}()'>",
    f'" onmouseover="{MARK}()" x="',
    f"' autofocus onfocus={MARK}() '",
    f"`${{{MARK}()}}` onload={MARK}() ",
    f"]]></script\t><script\n>{MARK}</script>",
    f"\u2028{MARK}\u2029</ScRiPt >",
    f"\x00</script>{MARK}",
    f"&lt;/script&gt;&#60;/script&#62;{MARK}",
    f"javascript:{MARK}()",
    f"{{{{ {MARK} }}}}{{% {MARK} %}}",
    f"\ud800</script>{MARK}",
    SafeString(f"</script><script>{MARK}()</script>"),
]
LINES = [
    "pixel_head",
    "pixel_head evil",
    "pixel_head pixel=evil",
    'pixel_event "ViewContent" product',
    "pixel_event evil product",
    'pixel_event "ViewContent" evil',
    'pixel_event "ViewContent" product pixel=evil',
    'pixel_event "ViewContent" product size=evil colour=several',
    'pixel_event "ViewContent" content_ids=several value=9.5 currency=evil',
    'pixel_event "ViewContent" content_ids=several content_name=evil content_category=evil content_type=evil',
    'pixel_event "Search" search_string=evil value=evil',
    'pixel_event "ViewContent" content_ids=several as kept',
    'pixel_on "AddToCart" product',
    "pixel_on evil product",
    'pixel_on "AddToCart" product on=evil',
    'pixel_on "AddToCart" product pixel=evil',
    'pixel_on "Lead" unconfirmed=evil',
    'pixel_on "Search" search_string=evil size=evil content_ids=several',
    'pixel_on "AddToCart" evil as kept',
    "pixel_item product",
    "pixel_item evil",
    "pixel_item content_ids=several content_name=evil value=9.5 currency=evil",
    "pixel_item product pixel=evil",
    "pixel_purchase order",
    "pixel_purchase evil",
    "pixel_noscript",
    "pixel_noscript evil",
    "pixel_noscript pixel=evil",
    "pixel_private",
]
ELEMENTS = {"i", "a", "b", "noscript", "img", "script", "meta"}
ATTRIBUTES = {
    "type",
    "src",
    "defer",
    "nonce",
    "alt",
    "width",
    "height",
    "hidden",
    "referrerpolicy",
    "name",
    "content",
    "title",
}
SOURCES = ("/static/", "https://www.facebook.com/tr?", "https://connect.facebook.net/")


class Page(HTMLParser):
    """What a browser makes of it: elements with their attributes, and the texts outside of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.inside = "", ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self.inside == "script" else data


def assert_sound(html: str) -> None:
    """Nothing stands there but what our tags write, in their places."""
    page = Page(html)
    assert [tag for tag, _ in page.elements].count("i") == 1
    for tag, attributes in page.elements:
        assert tag in ELEMENTS
        assert not [name for name in attributes if not (name in ATTRIBUTES or name.startswith("data-capi-"))]
        if tag == "script" and "src" not in attributes:
            assert attributes["type"] == "application/json"
        if attributes.get("src"):
            assert str(attributes["src"]).startswith(SOURCES)
    assert MARK not in page.text


def places(line: str, variable: str = "") -> str:
    """The tag where it belongs: pieces of a start tag inside one, others between elements."""
    tag = f"{{% {line} %}}"
    if "as kept" in line:
        return f'{tag}<i title="{{{{ kept }}}}">' if "pixel_event" not in line else f"{tag}<i>{{{{ kept }}}}</i>"
    if line.startswith("pixel_on"):
        return f"<i {tag}></i>"
    return f'<i title="{tag}"></i>' if line.startswith("pixel_item") else f"{tag}<i></i>"


@pytest.fixture
def names(sold: Any) -> Any:
    def named(evil: str) -> dict[str, Any]:
        kite = Product(title=evil, category=Category(title=evil))
        product = Variant(product=kite, sku=evil[:50], price=Decimal("9.50"))
        Order.objects.filter(pk=sold.pk).update(number=evil[:8].encode(errors="replace").decode().replace("\0", ""))
        order = Order.objects.get(pk=sold.pk)
        order.first_name = order.city = evil
        return {"evil": evil, "several": [evil, "a"], "product": product, "order": order}

    return named


def request_of(rf: Any, evil: str) -> Any:
    cookies = "capi_consent=granted.1.4102444800; _fbp=fb.1.1767225600000.1"
    request = rf.get("/", HTTP_COOKIE=cookies, headers={"user-agent": "Safari", "referer": "http://testserver/" + evil})
    request.path = request.path_info = "/" + evil
    request.META["QUERY_STRING"] = f"q={evil}&utm_source={evil}"
    request.csp_nonce = evil
    return request


def test_lines__name_every_tag_and_option() -> None:
    assert {line.split()[0] for line in LINES} == TAGS.keys()
    for tag in TAGS.values():
        for option in tag.options:
            assert any(line.startswith(tag.name) and f"{option}=" in line for line in LINES)


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("line", LINES)
def test_django__no_text_leaves_its_place(rf: Any, names: Any, settings: Any, line: str, debug: bool) -> None:
    settings.DEBUG = debug
    template = Template("{% load capi_tracking %}" + places(line))
    for evil in PAYLOADS:
        assert_sound(template.render(RequestContext(request_of(rf, evil), names(evil))))
        assert_sound(template.render(Context(names(evil))))


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("line", LINES)
def test_jinja__no_text_leaves_its_place(
    rf: Any, names: Any, settings: Any, tmp_path: Any, line: str, debug: bool
) -> None:
    settings.DEBUG = debug
    options = {"extensions": ["capi_tracking.jinja2.Tags"]}
    engine = Jinja2({"NAME": "j", "DIRS": [tmp_path], "APP_DIRS": False, "OPTIONS": options})
    template = engine.from_string(places(line))
    for evil in PAYLOADS:
        assert_sound(template.render(names(evil), request_of(rf, evil)))


@pytest.mark.django_db
def test_settings__leave_their_place_no_more_than_others(rf: Any, capi: Any, names: Any) -> None:
    template = Template("{% load capi_tracking %}{% pixel_head %}{% pixel_event 'ViewContent' product %}<i></i>")
    for evil in PAYLOADS:
        text = evil.encode(errors="replace").decode()
        capi(PIXELS={"default": {"PIXEL_ID": text}}, COLLECT_EVENTS=[text], URL_PARAMETERS=[text], CONSENT_POLICY=text)
        assert_sound(template.render(RequestContext(request_of(rf, ""), names(evil))))
