"""The shop's pages as bytes: no inline script, no consent guessed by the server."""

import re

import pytest
from django.urls import reverse

from demo_project import csp
from demo_project.shop.models import Order
from tests.demo.buyers import BUYER


@pytest.fixture
def pages(client, products):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    paid, waiting = (Order.objects.create(**BUYER, status=status, total=1) for status in ("paid", "pending"))
    addresses = ["/", "/kites/meadow/", "/cart/", paid.get_absolute_url(), waiting.get_absolute_url()]
    return [client.get(address).content.decode() for address in addresses]


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
    rules = dict(rule.split(" ", 1) for rule in csp.policy(["https://pixel.example"]).split("; "))
    needs = ["script-src", "img-src", "connect-src", "frame-src", "form-action"]
    assert all("https://pixel.example" in rules[name].split() for name in needs)
    assert "unsafe" not in csp.policy([])
