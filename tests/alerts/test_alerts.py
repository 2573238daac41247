"""Staff are told of each trouble once until it clears, by no request."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from capi_tracking import alerts, tasks
from capi_tracking.models import Alert, Heartbeat, PageReport, Pixel
from capi_tracking.signals import alert_cleared, alert_raised
from tests.factories import OutboxEventFactory, PixelFactory

STAFF = ["jo@shop.example", "sam@shop.example"]
DASHBOARD = "admin:capi_tracking_dashboard_changelist"


@pytest.fixture
def heard():
    said = []

    def raised(problem, using, **kwargs):
        said.append(("raised", problem.key, using))

    def cleared(key, using, **kwargs):
        said.append(("cleared", key, using))

    alert_raised.connect(raised)
    alert_cleared.connect(cleared)
    yield said
    alert_raised.disconnect(raised)
    alert_cleared.disconnect(cleared)


@pytest.fixture
def paused(db, capi):
    capi(ALERT_EMAILS=STAFF)
    OutboxEventFactory(value=Decimal("18.42"))
    return PixelFactory(state="paused", paused_reason="denied 190 Some text of Meta's", paused_at=timezone.now())


def tell():
    return alerts.tell("default")


def refuse(message, **options):
    """As a mail server does that is down."""
    raise ConnectionRefusedError


def test_tell__says_each_trouble_once_until_it_clears_and_again_when_it_comes_back(paused, heard):
    first, second = tell(), tell()
    assert [problem.kind for problem in first.told] == ["paused"]
    assert (second.told, len(second.standing)) == ((), 1)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (STAFF, "Meta tracking: 1 thing needs action")
    assert "Pixel “default” is paused" in message.body
    assert "1 event waits, EUR 18.42; the first expires" in message.body
    assert "Make a new access token" in message.body
    Pixel.objects.update(state="open")
    assert tell().cleared == 1
    assert tell().cleared == 0
    Pixel.objects.update(state="paused")
    tell()
    key = "paused|default||"
    assert heard == [("raised", key, "default"), ("cleared", key, "default"), ("raised", key, "default")]
    assert len(mail.outbox) == 2
    assert Alert.objects.get().cleared_at is None


def test_tell__tries_again_what_could_not_be_mailed_and_announces_it_once(paused, heard, monkeypatch, caplog):
    with monkeypatch.context() as patch:
        patch.setattr(mail.EmailMessage, "send", refuse)
        assert tell().told == tell().told == ()
    assert caplog.text.count("The alert could not be mailed (ConnectionRefusedError); the next look tries again.") == 2
    assert len(tell().told) == 1
    assert (len(mail.outbox), len(heard)) == (1, 1)


def test_tell__goes_on_though_a_receiver_fails(paused, caplog):
    def fails(**kwargs):
        raise RuntimeError

    alert_raised.connect(fails)
    try:
        assert len(tell().told) == 1
    finally:
        alert_raised.disconnect(fails)
    assert "test_tell__goes_on_though_a_receiver_fails" in caplog.text


def test_tell__without_addresses_announces_alone(paused, heard, capi):
    capi(ALERT_EMAILS=[])
    assert (len(tell().told), len(heard), mail.outbox) == (1, 1, [])


def test_mail__names_no_page_and_nothing_of_a_customer(paused):
    PageReport.objects.add_all(timezone.localdate(), {("foreign", "/account/jane/", "999", "PageView"): 3})
    tell()
    (message,) = mail.outbox
    assert "A script that is not ours called pixel 999 3 times." in message.body
    row = OutboxEventFactory._meta.model.objects.get()
    for private in ("jane", row.event_id, row.order_key, row.key):
        assert private not in message.body


def test_tell__is_once_of_what_browsers_report_however_many_pixels_they_name(paused):
    tell()
    for subject in ("1", "2"):
        PageReport.objects.add_all(timezone.localdate(), {("foreign", "/", subject, "PageView"): 3})
    assert [problem.subject for problem in tell().told] == ["1", "2"]
    PageReport.objects.add_all(timezone.localdate(), {("foreign", "/", "3", "PageView"): 9})
    assert (len(mail.outbox), tell().told) == (2, ())


def test_page__marks_and_sends_nothing(paused, admin_client):
    admin_client.get(reverse(DASHBOARD) + "?period=24h")
    assert not Alert.objects.exists()
    admin_client.get(reverse(DASHBOARD))
    alert = Alert.objects.get()
    assert (alert.told_at, mail.outbox) == (None, [])
    tell()
    assert (len(mail.outbox), Alert.objects.get().since) == (1, alert.since)


def test_claim__is_given_to_one_until_it_is_told_or_too_old(db):
    rows = Alert.objects.all()
    rows.begin(["a"])
    assert [rows.claim("a"), rows.claim("a"), rows.claim("b")] == [True, False, False]
    rows.update(claimed_at=timezone.now() - timedelta(minutes=11))
    assert rows.claim("a")
    rows.told(["a"])
    rows.update(claimed_at=None)
    assert not rows.claim("a")


def test_task__tells(paused):
    tasks.alert.run()
    assert len(mail.outbox) == 1


def test_heartbeats__come_with_the_tasks_at_most_once_a_minute(db, django_assert_num_queries):
    tasks.deliver.run()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker"}
    tasks.sweep.run()
    assert Heartbeat.objects.count() == 2
    before = timezone.now() - timedelta(seconds=59)
    Heartbeat.objects.update(beat_at=before)
    with django_assert_num_queries(1):
        Heartbeat.objects.all().beat("worker", "beat")
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=62))
    Heartbeat.objects.all().beat("worker")
    assert Heartbeat.objects.get(name="worker").beat_at > before > Heartbeat.objects.get(name="beat").beat_at
