"""The admin's demo page: who may, what each button does, and what it says when it can't."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from capi_tracking.delivery import sweep
from capi_tracking.events import Event, UserData
from capi_tracking.metrics.verdict import judging as verdict
from capi_tracking.models import OutboxEvent, Pixel
from capi_tracking.testing import Sandbox
from capi_tracking.tracking import track
from demo_project.runner import switch
from demo_project.story import bots, switchboard, troubles, visits
from demo_project.story.models import Chapter, Incident
from demo_project.story.tasks import STORY_BEAT_SCHEDULE, send_bots
from tests.outbox_rows import make_rows, statuses

NAMES = list(troubles.BY_NAME)
SWITCHED = [trouble.name for trouble in troubles.TROUBLES if trouble.is_switch]


@pytest.fixture
def url():
    return reverse("admin:story_incident_changelist")


@pytest.fixture
def sandbox(capi):
    with Sandbox() as running:
        capi(GRAPH_URL=running.url)
        yield running


@pytest.fixture
def no_sandbox(capi, free_port):
    capi(GRAPH_URL=f"http://127.0.0.1:{free_port}")


@pytest.fixture(autouse=True)
def demo_dir(settings, tmp_path):
    settings.DEMO_DIR = tmp_path / "demo"


@pytest.fixture
def staff(db, django_user_model):
    """A member of staff with every permission there is, and yet no superuser."""
    from django.contrib.auth.models import Permission

    user = django_user_model.objects.create_user("staff", password="staff", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(user)
    return client


def press(client, url, **button):
    """The page that follows, as text."""
    return client.post(url, button, follow=True).text


# -- who may ----------------------------------------------------------------------------------------------------------


def test_page__is_for_superusers_alone(staff, client, url, db):
    assert staff.get(url).status_code == 403
    assert staff.post(url, {"cause": "worker"}).status_code == 403
    assert client.get(url).status_code == 302
    assert client.post(url, {"cause": "worker"}).status_code == 302
    assert not switch.worker_is_stopped()


def test_index__names_the_page_to_superusers_alone(admin_client, staff, url, no_sandbox):
    index = reverse("admin:index")
    assert "Demo: cause an incident" in admin_client.get(index).text
    assert f'href="{url}"' in admin_client.get(index).text
    assert "Demo: cause an incident" not in staff.get(index).text


def test_page__takes_no_post_without_a_token(admin_user, url, no_sandbox):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(url, {"cause": "worker"}).status_code == 403
    assert not switch.worker_is_stopped()


@pytest.mark.parametrize("query", [{}, {"cause": "token"}, {"mend": "everything"}, {"cause": "worker"}])
def test_get__changes_nothing(admin_client, url, sandbox, query):
    assert admin_client.get(url, query).status_code == 200
    assert not Incident.objects.exists()
    assert not LogEntry.objects.exists()
    assert not any(sandbox.switches.values())
    assert not switch.worker_is_stopped()


def test_page__knows_no_other_addresses_and_methods(admin_client, url, db):
    assert admin_client.put(url).status_code == 405
    assert admin_client.get(f"{url}add/").status_code == 404
    assert admin_client.get(f"{url}1/change/").status_code == 404


def test_page__holds_no_inline_style_and_no_script_of_its_own(admin_client, url, sandbox):
    text = admin_client.get(url).text
    content = text[text.index('id="content"') :]
    assert " style=" not in content
    assert "<script" not in content[: content.index('id="footer"')]


# -- the five ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SWITCHED)
def test_switches__are_turned_on_and_off_at_the_sandbox(admin_client, url, sandbox, name):
    page = press(admin_client, url, cause=name)
    assert sandbox.switches[name]
    assert f'name="mend" value="{name}"' in page
    page = press(admin_client, url, mend=name)
    assert not sandbox.switches[name]
    assert f'name="cause" value="{name}"' in page


def test_worker__is_stopped_and_started(admin_client, url, no_sandbox):
    press(admin_client, url, cause="worker")
    assert switch.worker_is_stopped()
    press(admin_client, url, mend="worker")
    assert not switch.worker_is_stopped()


def test_worker__says_that_the_action_list_names_it_after_ten_minutes(admin_client, url, no_sandbox):
    assert timezone.timedelta(minutes=10) == verdict.SILENCE
    assert "after ten minutes the action list says" in press(admin_client, url, cause="worker")


def test_token__mended_lets_the_pixel_and_what_it_held_go_on(admin_client, url, sandbox):
    make_rows(2)
    OutboxEvent.objects.update(status="held", due_at=None, reason="denied_190")
    Pixel.objects.create(alias="default", state="paused", paused_reason="denied", refused_fingerprint="x")
    press(admin_client, url, mend="token")
    assert statuses() == {"e1": "pending", "e2": "pending"}
    assert Pixel.objects.get().state == "open"


@pytest.fixture
def graph(sandbox, capi):
    """Delivery through the real transport to the sandbox."""
    pixels = {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": sandbox.token}}
    capi(GRAPH_URL=sandbox.url, PIXELS=pixels, TRANSPORT="capi_tracking.transports.graph.GraphTransport")


def lead():
    return track(Event(name="Lead", event_time=timezone.now(), user_data=UserData.of(email="kite@example.org")))


def test_throttled__mended_ends_the_wait(admin_client, url, sandbox):
    Pixel.objects.create(alias="default", wait_until=timezone.now() + timezone.timedelta(hours=1))
    press(admin_client, url, mend="throttled")
    assert Pixel.objects.ready().exists()


def test_mend_everything__turns_all_off(admin_client, url, sandbox):
    for name in NAMES:
        press(admin_client, url, cause=name)
    assert troubles.board().any_on
    press(admin_client, url, mend="everything")
    assert not troubles.board().any_on
    assert not any(sandbox.switches.values())
    assert not switch.worker_is_stopped()


@pytest.mark.parametrize("name", NAMES)
def test_history__says_who_caused_and_who_mended(admin_client, admin_user, url, sandbox, name):
    press(admin_client, url, cause=name)
    press(admin_client, url, mend=name)
    entries = LogEntry.objects.order_by("pk")
    assert [(entry.user, entry.change_message, entry.object_repr) for entry in entries] == [
        (admin_user, "Caused", str(Incident.objects.get(name=name))),
        (admin_user, "Mended", str(Incident.objects.get(name=name))),
    ]


def test_unknown_button__does_nothing(admin_client, url, sandbox):
    for button in ({"cause": "down"}, {"mend": "x" * 5000}, {"cause": ""}, {}, {"cause": "everything"}):
        assert admin_client.post(url, button).status_code == 302
    assert not Incident.objects.exists()
    assert not any(sandbox.switches.values())


def test_twice_caused__is_once_on(admin_client, url, no_sandbox):
    press(admin_client, url, cause="bots")
    since = Incident.objects.get().since
    press(admin_client, url, cause="bots")
    assert Incident.objects.get().since == since


def test_state__is_what_the_sandbox_says_not_what_we_remember(admin_client, url, sandbox):
    press(admin_client, url, cause="token")
    sandbox.switch("token", on=False)  # started anew, or turned on its own page
    assert 'name="cause" value="token"' in admin_client.get(url).text


def test_twice_caused__counts_from_the_second_time_if_it_was_mended_elsewhere(admin_client, url, sandbox):
    press(admin_client, url, cause="token")
    first = Incident.objects.get().since
    sandbox.switch("token", on=False)
    press(admin_client, url, cause="token")
    assert Incident.objects.get().since > first
    assert troubles.board().states[0].since == Incident.objects.get().since


# -- a new start ------------------------------------------------------------------------------------------------------


def test_forget__lets_go_on_what_the_last_sandbox_had_stopped(admin_client, url, graph, sandbox):
    press(admin_client, url, cause="token")
    lead()
    sweep()
    sandbox.switch("token", on=False)  # a new sandbox has no switch on
    troubles.forget()
    assert Pixel.objects.get().state == "open"
    assert sweep().delivered == 1


def test_forget__ends_a_wait_that_the_last_sandbox_asked_for(sandbox, db):
    Pixel.objects.create(alias="default", wait_until=timezone.now() + timezone.timedelta(hours=1))
    troubles.forget()
    assert Pixel.objects.ready().exists()


def test_forget__leaves_what_staff_have_paused(sandbox, db):
    Pixel.objects.create(alias="default", state="paused", paused_reason="by staff")
    troubles.forget()
    assert Pixel.objects.get().state == "paused"


def test_forget__leaves_what_the_real_meta_has_refused(capi, db):
    capi(GRAPH_URL="https://graph.invalid")
    Pixel.objects.create(alias="default", state="paused", refused_fingerprint="x")
    troubles.forget()
    assert Pixel.objects.get().state == "paused"


@pytest.mark.parametrize("name", NAMES)
def test_forget__begins_each_trouble_anew(admin_client, url, sandbox, name):
    press(admin_client, url, cause=name)
    first = Incident.objects.get().since
    troubles.forget()
    assert not Incident.objects.get().is_on
    press(admin_client, url, cause=name)
    assert Incident.objects.get().since > first


# -- no sandbox, or none of ours --------------------------------------------------------------------------------------


def test_dead_sandbox__gets_a_message(admin_client, url, no_sandbox):
    page = press(admin_client, url, cause="token")
    assert "does not answer" in page
    assert not Incident.objects.exists()
    assert not LogEntry.objects.exists()


def test_dead_sandbox__does_not_keep_the_rest_from_being_mended(admin_client, url, no_sandbox):
    switch.stop_worker()
    assert "does not answer" in press(admin_client, url, mend="everything")
    assert not switch.worker_is_stopped()


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b"<html>", b'{"switches": 3}', b'{"switches": null}'])
def test_foreign_server__gets_a_message(admin_client, url, capi, foreign_server, answer):
    capi(GRAPH_URL=foreign_server(answer))
    assert "is not the sandbox" in press(admin_client, url, cause="token")


@pytest.fixture
def foreign_server():
    running = []

    def start(body):
        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *args):
                """Silence."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("uses_sandbox", [True, False])
def test_real_meta__is_never_asked_and_the_buttons_are_off(admin_client, url, capi, settings, uses_sandbox):
    settings.USES_SANDBOX = uses_sandbox
    capi(GRAPH_URL="https://graph.invalid" if uses_sandbox else "http://127.0.0.1:9")
    page = admin_client.get(url).text
    assert page.count(" disabled") == len(SWITCHED)
    assert "which is no sandbox of this demo" in page
    assert "which is no sandbox of this demo" in press(admin_client, url, cause="token")
    assert not Incident.objects.exists()


def test_without_a_demo_folder__the_worker_can_not_be_stopped(admin_client, url, settings, no_sandbox):
    settings.DEMO_DIR = None
    assert "there is no DEMO_DIR" in press(admin_client, url, cause="worker")


def test_unwritable_folder__gets_a_message(admin_client, url, settings, tmp_path, no_sandbox):
    (tmp_path / "file").touch()
    settings.DEMO_DIR = tmp_path / "file"
    assert "Stop the worker: [Errno" in press(admin_client, url, cause="worker")
    assert not Incident.objects.exists()


# -- bots -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(live_server, settings, products, monkeypatch):
    """It answers every bot, however busy the machine is."""
    for name, seconds in (("ROUND_SECONDS", 60), ("TIMEOUT_SECONDS", 30)):
        monkeypatch.setattr(visits, name, seconds)
    settings.SHOP_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]


@pytest.mark.django_db(transaction=True)
def test_bots__are_counted_and_no_event_comes_of_them(shop):
    incident = Incident.objects.create(name="bots")
    incident.turn(True)
    assert send_bots() > 0
    incident.refresh_from_db()
    assert incident.pages == incident.beacons == len(bots.AGENTS)
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_bots__would_be_believed_with_the_agent_of_a_person(shop, monkeypatch):
    """The beacon itself is right: it is the agent alone that gives them away."""
    monkeypatch.setattr(bots, "AGENTS", ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",))
    bots.crawl()
    assert OutboxEvent.objects.get().event_name == "PageView"


def test_bots__stay_away_while_they_are_off(db):
    Incident.objects.create(name="bots")
    assert send_bots() == 0


def test_bots__leave_by_themselves(db):
    Incident.objects.create(name="bots", is_on=True, since=timezone.now() - bots.GOES_ON_FOR * 2)
    assert send_bots() == 0
    assert not Incident.objects.get().is_on


def test_bots__can_not_be_sent_while_the_worker_is_stopped(admin_client, url, no_sandbox):
    switch.stop_worker()
    page = press(admin_client, url, cause="bots")
    assert "Send bots: Nothing happens while the worker is stopped" in page
    assert re.search(r'value="bots" disabled aria-describedby="story-bots-why"', page)
    assert not Incident.objects.exists()


def test_bots__that_wait_for_the_worker_can_be_mended(admin_client, url, no_sandbox):
    press(admin_client, url, cause="bots")
    switch.stop_worker()
    page = admin_client.get(url).text
    assert "Nothing happens while the worker is stopped" in page
    assert 'name="mend" value="bots"' in page
    press(admin_client, url, mend="bots")
    assert not Incident.objects.get().is_on


@pytest.mark.django_db(transaction=True)
def test_bots__visit_a_loopback_address_alone(shop, live_server, settings):
    settings.SHOP_URL = f"http://0.0.0.0:{live_server.thread.port}"  # the same shop, by a name that could be anybody's
    Incident.objects.create(name="bots").turn(True)
    assert send_bots() == 0


def test_bots__give_up_at_once_on_a_shop_that_is_not_there(db, settings, free_port):
    settings.SHOP_URL = f"http://127.0.0.1:{free_port}"
    Incident.objects.create(name="bots").turn(True)
    assert send_bots() == 0
    assert Incident.objects.get().beacons == 0


def test_timetable__lets_no_rounds_pile_up():
    assert all(entry["options"]["expires"] <= entry["schedule"] for entry in STORY_BEAT_SCHEDULE.values())


# -- the past ---------------------------------------------------------------------------------------------------------


def test_chapters__are_told_with_their_money(admin_client, url, sandbox):
    for name in Chapter.Name.values:
        Chapter.objects.create(name=name, began_at=timezone.now(), events=7, sales=3, money="1234.50", currency="EUR")
    page = admin_client.get(url).text
    assert page.count("EUR 1,234.50") == len(Chapter.Name)


def test_links__lead_somewhere(admin_client, url, sandbox):
    for name in Chapter.Name.values:
        Chapter.objects.create(name=name, began_at=timezone.now(), currency="EUR", event_id="abc")
    page = admin_client.get(url).text
    content = page[page.index('class="capi-page"') :]
    targets = {part.partition('"')[0].replace("&amp;", "&") for part in content.split('href="/admin/')[1:]}
    assert len(targets) >= 7
    assert {admin_client.get(f"/admin/{target}").status_code for target in targets} == {200}


def test_switchboard__asks_for_at_most_two_seconds():
    assert switchboard.TIMEOUT_SECONDS <= 2
