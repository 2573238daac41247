"""What the doctor looks at, how it tells it, and the test event."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from capi_tracking import doctor
from capi_tracking.doctor import Level
from capi_tracking.models import Alert, Heartbeat, OutboxEvent
from capi_tracking.sandbox import Sandbox
from capi_tracking.transports.clocks import ahead_by
from tests.factories import OutboxEventFactory, PixelFactory

pytestmark = pytest.mark.django_db
TOKEN = "token-of-these-tests"
PIXEL = {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": TOKEN}


@pytest.fixture
def graph(capi):
    with Sandbox(pixels=["1234567890"], token=TOKEN) as running:
        transport = "capi_tracking.transports.graph.GraphTransport"
        capi(GRAPH_URL=running.url, TRANSPORT=transport, PIXELS={"default": PIXEL}, NUDGE="celery")
        yield running


@pytest.fixture
def well(graph, settings):
    """A shop with which all is well."""
    for name in Heartbeat.Name:
        Heartbeat.objects.create(name=name, beat_at=timezone.now())
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache"}}
    return graph


def said(about, code=None):
    return [(line.level, line.text, line.mend) for line in doctor.examine(code) if line.about == about]


def run(command, *args, **options):
    out = StringIO()
    try:
        call_command(command, *args, stdout=out, **options)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def test_doctor__finds_nothing_bad_in_a_shop_that_is_well_and_sends_no_event(well):
    lines = doctor.examine()
    assert [line for line in lines if line.level == Level.BAD] == []
    wanted = {"settings", "pixel default", "worker", "beat", "outbox", "clock", "head", "adapters", "middleware", "CSP"}
    assert wanted <= {line.about for line in lines}
    assert [line.text for line in lines if line.about == "clock"] == [
        "This machine and the database default agree.",
        "This machine and Meta agree.",
    ]
    assert "No event was sent." in said("pixel default")[0][1]
    assert well.events == []
    assert not OutboxEvent.objects.exists()


def test_doctor__says_how_to_mend_a_token_that_is_refused_and_does_not_tell_it(well, capi):
    capi(PIXELS={"default": {**PIXEL, "ACCESS_TOKEN": "an-old-token"}})
    ((level, text, mend),) = said("pixel default")
    assert (level, "Code 190" in text, "access token" in mend) == (Level.BAD, True, True)
    assert "an-old-token" not in text


def test_doctor__sees_that_nobody_sends(well):
    Heartbeat.objects.filter(name="worker").update(beat_at=timezone.now() - timedelta(minutes=11))
    Heartbeat.objects.filter(name="beat").delete()
    OutboxEventFactory(created_at=timezone.now() - timedelta(hours=3))
    assert said("worker")[0][:2] == (Level.BAD, "It has not shown itself for 11 minutes.")
    assert said("beat")[0][:2] == (Level.BAD, "It has never shown itself.")
    assert said("outbox")[0][:2] == (Level.BAD, "The oldest event has waited for 3 hours.")


def test_doctor__wants_no_worker_where_nothing_is_sent(well, capi):
    Heartbeat.objects.all().delete()
    capi(SHADOW=True)
    assert (said("worker"), said("beat")) == (
        [(Level.GOOD, "SHADOW is on: nothing is sent, so nobody needs to.", "")],
        [],
    )


def test_doctor__sees_that_clocks_differ(well, time_machine):
    PixelFactory()
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    database, meta = said("clock")
    assert database[:2] == (Level.BAD, "The clock of the database default is 120 seconds behind this machine's.")
    assert meta[0] == Level.GOOD
    asked = datetime(2026, 11, 21, 12, tzinfo=UTC)
    time_machine.move_to(asked + timedelta(seconds=8), tick=False)  # a slow answer
    ahead = [ahead_by(f"Sat, 21 Nov 2026 {at} GMT", asked) for at in ("11:59:59", "12:00:07", "12:01:08", "11:59:29")]
    assert [each.total_seconds() for each in ahead] == [0, 0, 60, -30]
    assert ahead_by("yesterday", asked) is ahead_by(None, asked) is None


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("<head>{% pixel_head %}<script src=//www.googletagmanager.com/gtm.js></script>", Level.GOOD, "stands first"),
        (
            "<head><script>fbq('init', '1')</script>{% pixel_head %}",
            Level.WARN,
            "stands before pixel_head in base.html",
        ),
        ("<head></head>", Level.WARN, "No template has pixel_head"),
    ],
)
def test_doctor__reads_where_pixel_head_stands(well, settings, tmp_path, text, level, words):
    (tmp_path / "base.html").write_text(text)
    django_engine = django_settings.TEMPLATES[0]
    settings.TEMPLATES = [{**django_engine, "APP_DIRS": False, "DIRS": [tmp_path], "OPTIONS": {}}]
    ((found, told, _),) = said("head")
    assert (found, words in told) == (level, True)


def test_doctor__tells_the_action_list_as_well(well):
    PixelFactory(state="paused", paused_reason="Paused by jo.", paused_at=timezone.now())
    ((level, text, mend),) = said("action")
    assert (level, "is paused" in text, "resume it" in mend) == (Level.BAD, True, True)


def test_doctor__goes_on_where_something_is_broken(well, capi):
    capi(OUTBOX_DATABASES=["no-such"])
    assert said("outbox")[0][0] == Level.BAD
    assert said("settings")[0][0] == Level.BAD
    assert said("head")


def test_command__ends_with_1_if_anything_is_bad_and_speaks_json(well):
    text, code = run("capi_doctor")
    assert (code, "\x1b" in text) == (0, False)
    Heartbeat.objects.all().delete()
    text, code = run("capi_doctor", "--json")
    lines = {line["about"]: line for line in json.loads(text)}
    assert (code, lines["worker"]["level"], bool(lines["worker"]["mend"])) == (1, "bad", True)


def test_command__sends_a_test_event_if_told_to(well, capi):
    assert "Meta took CapiTrackingTest." in run("capi_doctor", "--send", "TEST7")[0]
    capi(PIXELS={"default": {**PIXEL, "TEST_EVENT_CODE": "TEST8"}})
    run("capi_doctor", "--send")
    assert [event["batch"]["test_event_code"] for event in well.events] == ["TEST7", "TEST8"]


def refuse(message, **options):
    """As a mail server does that is down."""
    raise ConnectionRefusedError


def test_command__for_cron_tells_what_is_new_and_is_quiet_else(well, capi, monkeypatch):
    capi(ALERT_EMAILS=["jo@shop.example"])
    assert run("capi_doctor", "--alert") == ("", 0)
    PixelFactory(state="paused", paused_reason="denied 190", paused_at=timezone.now())
    with monkeypatch.context() as patch, pytest.raises(CommandError, match="the next run tries again"):
        patch.setattr(mail.EmailMessage, "send", refuse)
        run("capi_doctor", "--alert")
    assert run("capi_doctor", "--alert")[0].startswith("Told: Pixel “default” is paused since")
    assert run("capi_doctor", "--alert") == ("", 0)
    assert (len(mail.outbox), Alert.objects.count()) == (1, 1)


def test_send_test__sends_one_event_of_nobodys_with_the_code_and_records_nothing(graph):
    text, _ = run("capi_send_test", "--code", " TEST1 ")
    assert text.startswith("Meta took CapiTrackingTest.")
    (event,) = graph.events
    assert (event["payload"]["event_name"], event["batch"]["test_event_code"]) == ("CapiTrackingTest", "TEST1")
    assert set(event["payload"]["user_data"]) == {"external_id"}
    assert not OutboxEvent.objects.exists()


def test_send_test__needs_a_code_and_tells_what_meta_said_without_the_token(graph, capi):
    with pytest.raises(CommandError, match="--code TEST12345"):
        run("capi_send_test")
    capi(PIXELS={"default": {**PIXEL, "ACCESS_TOKEN": "an-old-token", "TEST_EVENT_CODE": "TEST2"}})
    with pytest.raises(CommandError, match="Code 190") as refused:
        run("capi_send_test")
    assert "an-old-token" not in str(refused.value)
    assert graph.events == []
