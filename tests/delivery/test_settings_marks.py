"""A change of settings or of the release makes one marker on the charts, and no value is in it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

import capi_tracking
from capi_tracking import metrics
from capi_tracking.conf import Settings
from capi_tracking.delivery import configured, sweep
from capi_tracking.delivery.configured import note_settings
from capi_tracking.models import SettingsChange
from capi_tracking.models.database.inserts import insert_once
from tests.factories import OutboxEventFactory

pytestmark = pytest.mark.django_db
PAGE = "admin:capi_tracking_dashboard_changelist"
SECRETS = {"ACCESS_TOKEN": "EAAzebra-token", "APP_SECRET": "zebra-secret"}
HOUR = timedelta(hours=1)


def pixels(**changes):
    return {"default": {"PIXEL_ID": "1234567890", **SECRETS, **changes}}


def names():
    return list(SettingsChange.objects.order_by("pk").values_list("names", flat=True))


def an_hour_passes():
    for change in SettingsChange.objects.all():
        SettingsChange.objects.filter(pk=change.pk).update(at=change.at - HOUR)


def test_first_look__is_where_it_begins_and_no_change():
    sweep()
    sweep()
    assert names() == [""]
    assert metrics.health(metrics.window()).marks == ()


def test_changed_setting__makes_one_mark_with_its_name(capi):
    note_settings("default")
    capi(GRAPH_VERSION="v99.0", BATCH_SIZE=7)
    sweep()
    sweep()
    assert names() == ["", "BATCH_SIZE, GRAPH_VERSION"]
    (mark,) = metrics.health(metrics.window()).marks
    assert (mark.names, mark.at) == ("BATCH_SIZE, GRAPH_VERSION", SettingsChange.objects.last().at)


def test_changed_pixel__is_told_by_the_name_of_what_changed_and_no_secret_is_kept(capi):
    capi(PIXELS=pixels())
    note_settings("default")
    capi(PIXELS=pixels(ACCESS_TOKEN="EAAzebra-other", TEST_EVENT_CODE="TESTzebra"))
    note_settings("default")
    assert names() == ["", "PIXELS.default.ACCESS_TOKEN, PIXELS.default.TEST_EVENT_CODE"]
    kept = " ".join(str(row) for row in SettingsChange.objects.values_list())
    assert "zebra" not in kept
    assert "1234567890" not in kept


def test_release__is_a_change_and_what_only_one_of_them_knows_is_none(monkeypatch):
    note_settings("default")
    monkeypatch.setattr(configured, "__version__", f"{capi_tracking.__version__}.1")
    monkeypatch.setattr(type(configured.conf), "NEW_SETTING", 1, raising=False)
    note_settings("default")
    assert names() == ["", "capi_tracking"]


def test_secret_key__changes_all_marks_and_no_setting(settings):
    note_settings("default")
    settings.SECRET_KEY = "another-key"
    note_settings("default")
    assert names() == ["", ""]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b", "a", "c"}, """["'a'", "'b'", "'c'"]"""),
        ({"*": frozenset({"phone", "email"})}, repr([("*", """["'email'", "'phone'"]""")])),
        ([note_settings], repr(["<function note_settings>"])),
    ],
)
def test_marks__are_the_same_in_each_process(value, text):
    assert configured._stable(value) == text


def test_two_releases__that_work_beside_each_other_do_not_take_turns(capi):
    note_settings("default")
    capi(GRAPH_VERSION="v99.0")
    note_settings("default")
    capi(GRAPH_VERSION=Settings.GRAPH_VERSION)  # a worker that is still of before
    note_settings("default")
    assert names() == ["", "GRAPH_VERSION"]
    an_hour_passes()
    note_settings("default")  # and is still there: it was taken back
    assert names() == ["", "GRAPH_VERSION", "GRAPH_VERSION"]


def test_two_workers__who_see_one_change_tell_of_it_once(capi):
    note_settings("default")
    last = SettingsChange.objects.get()
    SettingsChange.objects.create(after=last.pk, names="GRAPH_VERSION", told="{}")
    insert_once(
        SettingsChange.objects.all(), SettingsChange(after=last.pk, names="GRAPH_VERSION", told="{}"), same="after"
    )
    assert names() == ["", "GRAPH_VERSION"]


def test_old_changes__go_with_the_next():
    SettingsChange.objects.create(after=0, told="{}", at=timezone.now() - timedelta(days=401))
    note_settings("default")
    assert SettingsChange.objects.count() == 1


@pytest.mark.parametrize("period", ["24h", "7d"])
def test_charts__have_a_line_where_it_was_and_say_so_in_the_table(admin_client, period):
    OutboxEventFactory(sent=True)
    plain = admin_client.get(reverse(PAGE), {"period": period}).text
    assert "capi-mark" not in plain
    at = timezone.localtime().replace(second=0)
    SettingsChange.objects.create(after=0, names="GRAPH_VERSION, PIXELS.default.ACCESS_TOKEN", told="{}", at=at)
    SettingsChange.objects.create(after=1, names="<i>", told="{}", at=at + timedelta(seconds=1))
    page = admin_client.get(reverse(PAGE), {"period": period}).text
    said = f"Changed: GRAPH_VERSION, PIXELS.default.ACCESS_TOKEN ({at:%H:%M}); &lt;i&gt; ({at:%H:%M})"
    assert len(re.findall(r'<line class="capi-mark" x1="\d+" y1="0" x2="\d+" y2="240"/>', page)) == 3
    assert page.count(f"{said}</title>") == page.count(f'<span class="capi-advice">{said}</span>') == 3
    assert page.count("Settings or release changed") == 3
