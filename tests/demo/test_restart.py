"""The demo stopped in the middle of a trouble, and started again."""

import re
import signal

import pytest

from tests.demo.buyers import BUYER
from tests.demo.running import RUNNING, Demo, two_ports
from tests.demo.shopping import Visitor, received
from tests.waiting import until

pytestmark = pytest.mark.demo
INCIDENTS, EVENTS = "/admin/story/incident/", "/admin/capi_tracking/outboxevent/"


def admin_of(demo):
    admin = Visitor(demo.url)
    admin.sign_in("admin")
    return admin


def token_card(page):
    return re.search(r'aria-labelledby="story-token".*?</section>', page, re.DOTALL)[0]


def test_restart__after_a_broken_token_says_off_and_sends_what_was_held(tmp_path):
    ports = two_ports()
    with Demo(tmp_path / "demo", "--no-story", ports=ports) as demo:
        demo.wait_for(RUNNING)
        admin, visitor = admin_of(demo), Visitor(demo.url)
        admin.get(INCIDENTS)
        admin.post(INCIDENTS, cause="token")
        assert "Mend it" in token_card(admin.page)
        visitor.consent()
        number = visitor.buy("meadow", BUYER)
        held = f"{EVENTS}?q={number}&status__exact=held"
        until(lambda: re.search(r"/outboxevent/\d+/change/", admin.get(held)), "the sale is held")
        demo.signal(signal.SIGINT)
        assert demo.end() == 0
    # The same ports: other settings would let the pixel go on by themselves.
    with Demo(tmp_path / "demo", "--no-story", ports=ports) as demo:
        demo.wait_for(RUNNING)
        page = token_card(admin_of(demo).get(INCIDENTS))
        assert "Mend it" not in page
        assert "Since" not in page
        until(lambda: number in str(received(demo.sandbox)["events"]), "the sale arrived")
