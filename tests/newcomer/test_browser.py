"""The guide's shop in a real browser: its own buttons and form, our script, and the stand-in's."""

import json

import pytest

from tests.browser import chromium
from tests.demo.shopping import received
from tests.newcomer.guide import Newcomer
from tests.waiting import until

pytestmark = pytest.mark.browser


class InBrowser(Newcomer):
    """Agrees and buys with clicks."""

    def buy(self):
        with chromium.running() as browser:
            page = browser.new_page()
            page.goto(self.servers["runserver"])
            page.get_by_role("button", name="Yes").click()
            page.get_by_role("button", name="Buy a kite").click()
            self.event_id = json.loads(page.locator("[data-capi-purchase]").text_content())["id"]
            until(self.is_told_by_the_browser, "the pixel told of the sale")

    def is_told_by_the_browser(self):
        heard = received(self.servers["capi_sandbox"])["events"]
        return (self.event_id, "browser") in [(event["event_id"], event["channel"]) for event in heard]


def test_guide__makes_a_pair_of_what_a_browser_clicks(installed, tmp_path):
    with InBrowser(tmp_path, installed, pip_installs="") as newcomer:
        newcomer.follow()
        pair = newcomer.pair()
    assert (pair["browser"], pair["server"], pair["counted"]) == (1, 1, 1)
