"""What comes from a browser passes verbatim or not at all."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capi_tracking import normalization

# A busy machine is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    "cookie",
    [
        "fb.1.1554763741205.AbCdEfGhIjKlMnOpQrStUvWxYz1234567890",
        "fb.2.1554763741205.IwAR0-_x.AQICAQMC",
        "fb.1.1554763741205.IwAR0.AQ",
        "fb.1.1554763741205.a__DOT__b",
        "fb.1.1554763741205." + "x" * 500,
        "fb.12.1554763741205." + "x" * 500,
        "fb.12.1554763741205." + "x" * 497 + ".AQ",
    ],
)
def test_fbc__passes_verbatim(cookie):
    assert normalization.fbc(f" {cookie} ") == cookie


@pytest.mark.parametrize(
    ("cookie", "whole"),
    [
        ("fb.1.1554763741205.a.click.id.with.dots", "fb.1.1554763741205.a__DOT__click__DOT__id__DOT__with__DOT__dots"),
        ("fb.1.1554763741205.IwAR.three", "fb.1.1554763741205.IwAR__DOT__three"),
        ("fb.1.1554763741205.Iw.AR.AQ", "fb.1.1554763741205.Iw__DOT__AR__DOT__AQ"),
    ],
)
def test_fbc__a_click_ids_own_dots_are_written_as_the_pixel_does(cookie, whole):
    assert normalization.fbc(cookie) == whole


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "fb.1.1554763741.AbC",
        "fb.1.1554763741205.",
        "fb.1.1554763741205",
        "fb.1.1554763741205..x",
        "FB.1.1554763741205.AbC",
        "fb.x.1554763741205.AbC",
        "fb.1.1554763741205.a b",
        "fb.1.1554763741205.a;b",
        "fb.12.1554763741205." + "x" * 501,
        "fb.12.1554763741205." + "x" * 498 + ".AQ",
        "fb.1.\u0661\u0665\u0665\u0664763741205.AbC",
    ],
)
def test_fbc__malformed_is_nothing(cookie):
    assert normalization.fbc(cookie) == ""


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        ("fb.1.1554763741205.AbC", "fb.1.1554763741205.AbC"),
        ("fb.1.17.cut", normalization.browser.MALFORMED_FBC),
        (" ", ""),
        ("", ""),
    ],
)
def test_told_fbc__of_a_malformed_cookie_says_that_it_was_there(cookie, told):
    assert normalization.told_fbc(cookie) == told


@pytest.mark.parametrize("cookie", ["fb.1.1558571054389.1098115397", "fb.1.1558571054389.1098115397.AQICAQMC"])
def test_fbp__passes_verbatim(cookie):
    assert normalization.fbp(cookie) == cookie


@pytest.mark.parametrize("cookie", ["fb.1.1558571054.1098115397", "fb.1.1558571054389.abc", "fb.1.1558571054389.1.2.3"])
def test_fbp__malformed_is_nothing(cookie):
    assert normalization.fbp(cookie) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8.8.8.8", "8.8.8.8"),
        (" 8.8.8.8:443 ", "8.8.8.8"),
        ("172.217.16.14", "172.217.16.14"),
        ("2001:4860:4860:0:0:0:0:8888", "2001:4860:4860::8888"),
        ("[2001:4860:4860::8888]:443", "2001:4860:4860::8888"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("10.0.0.1", ""),
        ("127.0.0.1", ""),
        ("192.168.1.1", ""),
        ("100.64.0.1", ""),
        ("::1", ""),
        ("fe80::1%eth0", ""),
        ("224.0.0.1", ""),
        ("8.8.8.8, 9.9.9.9", ""),
        ("08.8.8.8", ""),
        ("unknown", ""),
        ("8.8.8.8\n", "8.8.8.8"),
    ],
)
def test_client_ip__is_public_or_nothing(text, address):
    assert normalization.client_ip(text) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [("10.0.0.1", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", ""), ("unknown", ""), ("", "")],
)
def test_address__is_any_but_one_of_a_single_machines_own_interface(text, address):
    assert normalization.address(text) == address


@patient
@given(st.ip_addresses(v=4))
def test_client_ip__the_short_way_agrees_with_the_tables(address):
    public = address.is_global and not address.is_multicast
    assert normalization.client_ip(str(address)) == (str(address) if public else "")


def test_user_agent__is_one_bounded_line():
    assert normalization.user_agent("  Mozilla/5.0\r\nX-Evil: 1\x00 ") == "Mozilla/5.0  X-Evil: 1"
    assert len(normalization.user_agent("x" * 5000)) == 1000
