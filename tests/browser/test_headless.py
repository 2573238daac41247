"""The recipe's front end, which only fetches, on an origin of its own."""

import json
import re
from urllib.parse import urlsplit

import pytest

from capi_tracking.models import OutboxEvent
from capi_tracking.shortcuts import pixel_config
from tests.browser import pages
from tests.project.recipes import DOCS

pytestmark = pytest.mark.browser
TELL = re.search(r"`front/tell.js`\n\n```js\n(.*?)^```", (DOCS / "recipes.md").read_text(), re.MULTILINE | re.DOTALL)[1]
PAGE = """<!doctype html><html lang="en" data-api="%s/api/"><title>Kites</title>
<button id="yes">Yes</button><button id="no">No</button><button id="look">Look</button>
<script type="module">
  import { answer, tell, visit } from "./tell.js";
  const on = (id, does) => document.getElementById(id).addEventListener("click", async () => { await does(); document.title = `done ${id}`; });
  on("yes", () => answer("granted"));
  on("no", () => answer("denied"));
  on("look", () => tell("ViewContent", { content_ids: ["kite-1"], content_type: "product", value: 99, currency: "EUR" }));
  window.visit = visit;
</script>"""


@pytest.fixture
def front(open_shop, capi, live_server, rf):
    """A page of another origin than the server's, and what it needs of the shop's own API."""
    port = urlsplit(live_server.url).port
    origin = f"http://localhost:{port}"
    capi(ORIGINS=[origin])
    config = pixel_config(origin, request=rf.get("/", headers={"host": f"127.0.0.1:{port}"}))
    page = open_shop(origin).page
    allowed = {"Access-Control-Allow-Origin": origin}
    page.route("**/api/tracking/", lambda route: route.fulfill(json=config, headers=allowed))
    page.route(
        "**/kites/", lambda route: route.fulfill(body=PAGE % f"http://127.0.0.1:{port}", content_type="text/html")
    )
    page.route("**/kites/tell.js", lambda route: route.fulfill(body=TELL, content_type="text/javascript"))
    page.context.grant_permissions(
        ["local-network-access"], origin=origin
    )  # Chromium takes what we make up for the web
    page.goto(f"{origin}/kites/")
    return page


def press(page, button):
    page.click(f"#{button}")
    page.wait_for_function(f"document.title === 'done {button}'")


def test_fetch_only_front_end__tells_of_its_pages_once_its_visitor_agreed(front):
    press(front, "look")
    press(front, "no")
    press(front, "look")
    assert pages.alone(OutboxEvent.objects.count) == 0
    assert front.evaluate("visit().fbp") == ""
    press(front, "yes")
    front.evaluate("document.title = ''")
    press(front, "look")
    row = pages.until(OutboxEvent.objects.first, "the view is recorded")
    sent = json.loads(row.payload)
    assert (row.event_name, row.source, row.value) == ("ViewContent", "relay", None), (
        "a price of the script's own is nothing"
    )
    assert sent["event_source_url"] == front.url
    assert sent["user_data"]["fbp"] == front.evaluate("visit().fbp")
    assert sent["custom_data"]["content_ids"] == ["kite-1"]
