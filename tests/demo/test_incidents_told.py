"""Each of the five that a button causes: on the action list with its number, and gone once it is mended."""

import pytest
from django.urls import reverse
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.delivery import alive, sweep
from capi_tracking.events import Event, UserData
from capi_tracking.metrics.verdict import shutout
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, Pixel
from capi_tracking.testing import Sandbox
from capi_tracking.tracking import track
from demo_project.runner import switch
from demo_project.story import bots, shoppers, visits
from demo_project.story.tasks import STORY_BEAT_SCHEDULE, send_bots, send_shoppers

MINUTE = timezone.timedelta(minutes=1)
PAGE = "admin:story_incident_changelist"
DASHBOARD = "admin:capi_tracking_dashboard_changelist"


@pytest.fixture(autouse=True)
def graph(capi, settings, tmp_path):
    """Delivery through the real transport to the sandbox, which has the pixel's script too."""
    settings.DEMO_DIR = tmp_path / "demo"
    with Sandbox() as sandbox:
        capi(
            GRAPH_URL=sandbox.url,
            PIXEL_SCRIPT_URL=f"{sandbox.url}/fbevents.js",
            PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": sandbox.token}},
            TRANSPORT="capi_tracking.transports.graph.GraphTransport",
        )
        yield sandbox


@pytest.fixture
def press(admin_client):
    """A button of the page Incidents."""

    def button(**which):
        assert admin_client.post(reverse(PAGE), which).status_code == 302

    return button


@pytest.fixture
def shop(live_server, settings, products, monkeypatch):
    """It answers everybody, however busy the machine is."""
    for name, seconds in (("ROUND_SECONDS", 60), ("TIMEOUT_SECONDS", 30)):
        monkeypatch.setattr(visits, name, seconds)
    settings.SHOP_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]


def lead():
    return track(Event(name="Lead", event_time=timezone.now(), user_data=UserData.of(email="kite@example.org")))


def named():
    """What the action list names, and by which number."""
    return [(problem.kind, problem.count) for problem in metrics.health(metrics.window()).problems]


def test_token__is_named_with_what_waits_and_mended_sends_it(press, db):
    press(cause="token")
    lead()
    assert (sweep().held, Pixel.objects.get().state) == (1, "paused")
    lead()
    assert named() == [("paused", 2)]
    press(mend="token")
    assert (sweep().delivered + sweep().delivered, named()) == (2, [])


def test_throttled__is_named_with_what_waits_and_mended_sends_at_once(press, db):
    press(cause="throttled")
    lead()
    assert sweep().put_back == 1
    assert Pixel.objects.get().wait_until > timezone.now()
    assert named() == [("unreached", 1)]
    press(mend="throttled")
    assert (sweep().delivered, named()) == (1, [])


def test_worker__is_named_with_what_waits_until_it_is_back(press, db, time_machine):
    sweep()
    alive("worker", "beat")
    press(cause="worker")
    assert switch.worker_is_stopped()  # the running demo looks at it: here nobody sweeps
    lead()
    assert named() == []
    time_machine.move_to(timezone.now() + 11 * MINUTE)
    assert named() == [("silent", 1)]
    press(mend="worker")
    assert not switch.worker_is_stopped()
    time_machine.move_to(timezone.now() - 11 * MINUTE)  # the database's clock knows nothing of ours
    alive("worker", "beat")
    assert (sweep().delivered, named()) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_bots__are_counted_while_they_come_and_leave_the_list_after(press, shop, admin_client, time_machine):
    press(cause="bots")
    rounds = 50 // len(bots.AGENTS)
    for _ in range(rounds - 1):
        assert send_bots() == len(bots.AGENTS)
    assert named() == []
    send_bots()
    assert named() == [("robots", 50)]
    assert not OutboxEvent.objects.exists()
    page = admin_client.get(reverse(DASHBOARD)).text
    assert "Robots have sent 50 page events since" in page
    assert "of the latest 100\N{NO-BREAK SPACE}% are theirs" in page
    press(mend="bots")
    assert send_bots() == 0
    time_machine.move_to(timezone.now() + 21 * MINUTE)
    assert named() == []


@pytest.mark.django_db(transaction=True)
def test_blocked_pixel__is_named_with_its_visitors_until_browsers_have_it_again(press, shop, admin_client):
    assert send_shoppers() == 0
    press(cause="blocked")
    for _ in range(20 // shoppers.A_ROUND):
        assert named() == []
        assert send_shoppers() == shoppers.A_ROUND
    assert BrowserReceipt.objects.filter(state=BrowserState.BLOCKED).count() == OutboxEvent.objects.count() == 20
    assert named() == [("shut_out", 20)]
    assert "those of 20 visitors, 100\N{NO-BREAK SPACE}% of all that came" in admin_client.get(reverse(DASHBOARD)).text
    press(mend="blocked")
    send_shoppers()
    assert BrowserReceipt.objects.filter(state=BrowserState.HANDED_OVER).count() == shoppers.A_ROUND
    assert named() == []


def test_shoppers__stay_away_from_a_real_pixel_and_after_a_minute(press, db, capi, time_machine, monkeypatch):
    monkeypatch.setattr(shoppers, "come", lambda: 1)
    press(cause="blocked")
    assert shoppers.visit() == 1
    capi(PIXEL_SCRIPT_URL="https://connect.facebook.invalid/fbevents.js")
    assert shoppers.visit() == 0
    capi(PIXEL_SCRIPT_URL="http://127.0.0.1:9/fbevents.js")
    time_machine.move_to(timezone.now() + 2 * MINUTE)
    assert shoppers.visit() == 0


def test_timetable__sends_all_shoppers_that_the_list_needs():
    rounds = shoppers.COME_FOR.total_seconds() / STORY_BEAT_SCHEDULE["demo-story-shoppers"]["schedule"]
    assert rounds * shoppers.A_ROUND >= 2 * shutout.ENOUGH
