"""The newcomer: a fresh clone, the README's one command, a kite, and a look at the admin. Needs pip's index."""

import re
import signal

import pytest

from tests.demo.buyers import BUYER
from tests.demo.running import ROOT, RUNNING, Demo
from tests.demo.shopping import Visitor, orders_sent, received
from tests.newcomer import packages
from tests.waiting import until

pytestmark = pytest.mark.demo
INSTALL_SECONDS = 240
PIXEL = "1000000000000001"


def demo_command():
    """The one below the README's heading, letter for letter."""
    readme = (ROOT / "README.md").read_text()
    return re.search(r"^## Try the demo\n.*?^```sh\n(.+?)\n```", readme, re.DOTALL | re.MULTILINE)[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = packages.copy(tmp_path_factory.mktemp("newcomer") / "capi_tracking")
    command = ["sh", "-c", demo_command()]
    with Demo(folder / ".demo", command=command, cwd=folder, env={"DEMO_DIR": ""}) as running:
        running.wait_for(RUNNING, INSTALL_SECONDS)
        yield running
        running.signal(signal.SIGINT)
        running.end()
    assert running.lines()[-1] == "  Everything is stopped."


@pytest.fixture
def buy(demo):
    """A new visitor agrees and buys; the order's number, the event's id."""

    def buy():
        visitor = Visitor(demo.url)
        visitor.consent()
        return visitor.buy("meadow", BUYER), visitor.hand_over(PIXEL)

    return buy


@pytest.fixture
def staff(demo):
    def sign_in(name):
        person = Visitor(demo.url)
        person.sign_in(name)
        return person

    return sign_in


def copies(demo, event_id):
    return sorted(event["channel"] for event in received(demo.sandbox)["events"] if event["event_id"] == event_id)


def test_newcomer__sees_the_sale_at_meta_from_both_sides_and_counted_once(demo, buy):
    _, event_id = buy()
    until(lambda: copies(demo, event_id) == ["browser", "server"], "both copies arrived", 60)
    (pair,) = [pair for pair in received(demo.sandbox)["pairs"] if pair["event_id"] == event_id]
    assert (pair["browser"], pair["server"], pair["counted"]) == (1, 1, 1)


def test_newcomer__finds_the_order_paired_in_the_admin(buy, staff):
    number, event_id = buy()
    admin = staff("admin")
    found = admin.get(f"/admin/capi_tracking/outboxevent/?q={number}")
    (path,) = set(re.findall(r"/admin/capi_tracking/outboxevent/\d+/change/", found))
    until(lambda: "Paired: Meta counts it once" in admin.get(path), "the event's page says paired", 60)
    assert event_id in admin.page


def test_newcomer__sees_the_sale_on_the_dashboard(buy, staff):
    marketer = staff("marketer")
    before = orders_sent(marketer)
    buy()
    until(lambda: orders_sent(marketer) > before, "the dashboard counts the sale", 60)
