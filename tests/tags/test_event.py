"""``pixel_event``: the island, what it refuses, and that it never breaks a page."""

import re

import pytest
from django.template import Template, TemplateSyntaxError

from capi_tracking import islands
from capi_tracking.orders import item_data
from demo_project.shop.models import Product, Variant
from tests.tags.rendering import TWO, attribute_of, data_of, islands_of, render, signed_data

BY_HAND = 'content_ids="sku-1" value=9.5 currency="EUR"'


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
