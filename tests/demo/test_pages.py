"""The shop's pages as bytes: no inline script, no consent guessed by the server, nothing of a visitor in a cache."""

import json
import re
import time
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client

from capi_tracking.orders import item_data
from demo_project import csp
from demo_project import settings as demo_settings
from demo_project.shop import payments
from demo_project.shop.models import Order, Product
from tests.demo.buyers import BUYER

CACHEABLE = ["/", "/c/old-masters/", "/kites/meadow/", "/search/?q=bamboo", "/search/?q=umbrella", "/guide/"]


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def pages(client, fill):
    fill()
    paid, waiting = (Order.objects.create(**BUYER, status=status, total=1) for status in ("paid", "pending"))
    own = ["/cart/", "/kites/meadow/add/", paid.get_absolute_url(), waiting.get_absolute_url()]
    return [client.get(address).content.decode() for address in CACHEABLE + own]


def islands(page):
    """What the page tells of itself: event name -> data."""
    found = re.findall(r"<script[^>]*data-capi-event>(.*?)</script>", page)
    events = [json.loads(text) for text in found]
    return {event["name"]: json.loads(event["data"]) for event in events}


def triggers(page):
    """What its elements tell when something happens to them: (name, id of the content, DOM event)."""
    found = re.findall(r'data-capi-on="([^"]*)" data-capi-trigger="([^"]*)"', page)
    events = [(json.loads(unescape(text)), on) for text, on in found]
    return [(event["name"], json.loads(event["data"])["contents"][0]["id"], on) for event, on in events]


def ids(data):
    return [content["id"] for content in data["contents"]]


def test_pages__hold_no_inline_script_or_style(pages):
    for page in pages:
        scripts = re.findall(r"<script\b[^>]*>", page)
        assert all(" src=" in tag or 'type="application/json"' in tag for tag in scripts), scripts
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:", page)


def test_pages__ask_for_consent_only_by_script(pages):
    for page in pages:
        assert re.search(r"data-consent-banner hidden>", page)
        assert page.count('data-capi-consent="granted"') == page.count('data-capi-consent="denied"') == 1


def test_csp__allows_the_pixel_wherever_the_real_one_needs_it():
    rules = dict(rule.split(" ", 1) for rule in csp.policy().split("; "))
    assert "https://connect.facebook.net" in rules["script-src"].split()
    needs = ["img-src", "connect-src", "frame-src", "form-action"]
    assert all("https://www.facebook.com" in rules[name].split() for name in needs)
    assert "unsafe" not in csp.policy()
    assert rules["default-src"] == "'none'"


@pytest.mark.parametrize("address", CACHEABLE)
def test_page_that_may_be_cached__is_the_same_for_everybody(client, fill, address, django_user_model):
    stranger = Client().get(address)
    cache.clear()
    fill()
    client.force_login(django_user_model.objects.create_user("jo", first_name="Josephine"))
    known = client.get(address)
    assert known.content == stranger.content
    assert "csrfmiddlewaretoken" not in known.content.decode()
    assert not known.cookies
    assert "Cookie" not in known.get("Vary", "")


def test_guide__comes_from_the_cache_for_everybody(client, fill, django_assert_num_queries):
    first = Client().get("/guide/")
    fill()
    with django_assert_num_queries(0):
        second = client.get("/guide/")
    assert second.content == first.content
    assert "max-age" in second["Cache-Control"]


def test_guide__goes_from_little_wind_to_much(client, products):
    answer = client.get("/guide/")
    winds = [(product.wind_from, product.wind_to) for product in answer.context["products"]]
    assert winds == sorted(winds)
    page = answer.content.decode()
    assert all(f'href="{product.get_absolute_url()}"' in page for product in products)


def test_header__brings_what_is_the_visitors_own_and_stays_out_of_caches(client, fill, django_user_model):
    fill(quantity=3)
    client.force_login(django_user_model.objects.create_user("jo", first_name="<Jo>"))
    answer = client.get("/header/")
    page = answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer.cookies["csrftoken"].value
    assert ">3<" in page
    assert "&lt;Jo&gt;" in page
    assert "/account/" in page


def test_header__asks_a_stranger_nothing_of_the_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = client.get("/header/").content.decode()
    assert "Sign in" in page


@pytest.mark.parametrize("address", ["/cart/", "/header/", "/kites/meadow/add/"])
def test_visitors_own_page__is_kept_by_nobody(client, products, address):
    assert "no-store" in client.get(address)["Cache-Control"]


def test_pages__name_what_is_bought_by_one_id_everywhere(client, fill):
    page = client.get("/kites/meadow/").content.decode()
    assert ids(islands(page)["ViewContent"]) == ["GL-101"]
    assert triggers(page) == [("AddToCart", sku, "shop:add") for sku in ("GL-101", "GL-101-L")]
    fill("GL-101-L", 2)
    assert ids(islands(client.get("/cart/").content.decode())["InitiateCheckout"]) == ["GL-101-L"]
    client.post("/cart/", BUYER | {"payment": "now"})
    assert ids(item_data(Order.objects.get()).as_payload()) == ["GL-101-L"]


def test_cart_page__begins_a_checkout_once_and_not_again_with_an_error(client, fill):
    fill()
    assert "InitiateCheckout" in islands(client.get("/cart/").content.decode())
    assert not islands(client.post("/cart/", BUYER | {"payment": "now", "city": ""}).content.decode())
    swapped = client.get("/cart/").content.decode().partition('<div id="till">')[2]
    assert "InitiateCheckout" not in swapped


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("MEADOW", ["meadow"]),
        ("gl-502", ["swift"]),
        ("bamboo", ["rokkaku", "wau"]),
        ("bamboo hums", ["wau"]),
        ("vented", ["swift"]),
        ("old masters box", ["lighthouse"]),
        ("  swift  ", ["swift"]),
    ],
)
def test_search__finds_products_that_hold_every_word(client, products, words, slugs):
    found = client.get("/search/", {"q": words}).context["products"]
    assert [product.slug for product in found] == slugs


HOSTILE = [
    "%",
    "_",
    "\\",
    "'",
    '"><script>alert(1)</script>',
    "</script>",
    "\x00",
    "\ud7ff\u202e",
    "x" * 61,
    "a " * 30,
    "%00",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_search__is_not_moved_by_hostile_words(client, products, words, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        answer = client.get("/search/", {"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("words", ["%", "_", "\\", "meadow\x00", "meadow" + " x" * 30])
def test_search__takes_no_character_for_a_wildcard(client, products, words):
    assert client.get("/search/", {"q": words}).context["products"] == []


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20", "?other=1", "?q=%FF%FE"])
def test_search__without_words_helps_and_is_no_event(client, products, query):
    page = client.get("/search/" + query).content.decode()
    assert "/c/first-kites/" in page
    assert query.endswith("FE") or "Search" not in islands(page)


def test_search__tells_what_was_looked_for_and_found(client, products):
    assert islands(client.get("/search/?q=bamboo").content.decode())["Search"] == {
        "search_string": "bamboo",
        "content_ids": ["GL-406", "GL-430"],
        "content_type": "product",
    }
    nothing = client.get("/search/?q=umbrella").content.decode()
    assert islands(nothing)["Search"] == {"search_string": "umbrella"}
    assert "Perhaps one of these" in nothing
    assert "/kites/meadow/" in nothing


def test_pages__show_nothing_that_cannot_be_bought(client, products):
    Product.objects.get(slug="meadow").variants.all().delete()
    assert client.get("/kites/meadow/").status_code == 404
    assert "/kites/meadow/" not in client.get("/").content.decode()


@pytest.mark.parametrize("address", ["/kites/nothing/", "/c/nothing/", "/order/nothing/"])
def test_pages__say_kindly_that_there_is_nothing(client, products, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert '<main id="main"' in answer.content.decode()


@pytest.fixture
def as_run(settings):
    """The demo's own middleware, with DEBUG on as it starts."""
    settings.DEBUG, settings.MIDDLEWARE = True, demo_settings.MIDDLEWARE


@pytest.mark.usefixtures("as_run")
@pytest.mark.parametrize("address", ["/no-such-page/", "/kites/nothing/"])
def test_pages__are_the_shops_own_with_debug_on_where_there_is_nothing(client, products, address):
    answer = client.get(address)
    page = answer.text
    assert answer.status_code == 404
    assert "The line snapped." in page
    assert "<style" not in page
    assert "style-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.usefixtures("as_run")
def test_pages__are_the_shops_own_with_debug_on_where_a_token_is_missing(products):
    answer = Client(enforce_csrf_checks=True).post("/cart/")
    assert answer.status_code == 403
    assert "Please send that again." in answer.text
    assert "<style" not in answer.text


@pytest.mark.usefixtures("as_run")
def test_address__without_its_last_stroke_still_leads_on(client, db):
    assert client.get("/guide")["Location"] == "/guide/"


@pytest.mark.usefixtures("as_run")
def test_view__that_answers_404_itself_is_left_alone(client, db):
    body = json.dumps({"order": "G-NOTHING"}).encode()
    headers = {payments.SIGNATURE_HEADER: payments.sign(body, int(time.time()))}
    answer = client.post("/pay/webhook/", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.content) == (404, b"")


def test_product_page__names_the_way_without_scripts_before_its_button(client, products):
    form = client.get("/kites/meadow/").text.partition('<form class="add"')[2]
    assert (
        form.index('<noscript><p class="no-scripts">') < form.index('href="/kites/meadow/add/"') < form.index("<button")
    )


def test_missing_token__from_the_product_page_names_the_way_beside_it(products):
    visitor = Client(enforce_csrf_checks=True)
    page = visitor.post("/kites/meadow/add/", {"sku": "GL-101", "quantity": 1}).text
    assert 'href="/kites/meadow/add/"' in page
    assert 'name="csrfmiddlewaretoken"' in visitor.get("/kites/meadow/add/").text


def test_missing_token__from_elsewhere_says_what_to_do(db):
    page = Client(enforce_csrf_checks=True).post("/newsletter/").text
    assert "Go back, reload, and try once more." in page
    assert "/add/" not in page


def test_front_page__asks_the_database_as_often_for_one_product_as_for_many(
    client, products, django_assert_max_num_queries
):
    with django_assert_max_num_queries(3):
        client.get("/")


def test_checkout_form__is_no_swap(client, fill):
    fill()
    form = re.search(r'<form class="address"[^>]*>', client.get("/cart/").content.decode())[0]
    assert 'hx-boost="false"' in form
