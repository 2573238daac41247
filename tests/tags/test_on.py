"""``pixel_on``: attributes that fire an event."""

import re

import pytest

from capi_tracking.orders import item_data
from tests.tags.rendering import attribute_of, render, signed_data


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
