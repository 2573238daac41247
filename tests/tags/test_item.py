"""``pixel_item`` and ``pixel_private``."""

import re

import pytest

from capi_tracking import islands
from capi_tracking.orders import item_data
from tests.tags.rendering import render


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
