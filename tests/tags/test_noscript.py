"""``pixel_noscript``: the image of a page without scripts."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from capi_tracking import context
from tests.tags.rendering import TWO, render


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
