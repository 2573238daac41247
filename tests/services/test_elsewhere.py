"""Several outboxes: the dashboard's numbers are of the first, and its action list is of all."""

import pytest
from django.urls import reverse
from django.utils import timezone

from capi_tracking import alerts, metrics
from capi_tracking.models import Pixel
from tests.services.servers import SECOND, uses_two_databases

pytestmark = uses_two_databases
PAGE = "admin:capi_tracking_dashboard_changelist"


@pytest.fixture(autouse=True)
def two(capi):
    capi(OUTBOX_DATABASES=["default", SECOND])


def pause(using):
    Pixel.objects.using(using).create(alias="default", state="paused", paused_reason="by jo", paused_at=timezone.now())


def listed(page):
    return [(mend.database, mend.problem.kind) for mend in page.context["board"].mends]


def test_action_list__names_what_another_database_has(admin_client):
    assert listed(admin_client.get(reverse(PAGE))) == []
    pause(SECOND)
    page = admin_client.get(reverse(PAGE))
    assert listed(page) == [(SECOND, metrics.Trouble.PAUSED)]
    assert f"Database {SECOND}</span>" in page.text
    assert "1 thing needs action" in page.text
    assert 'value="resume"' not in page.text  # that would resume the first's


def test_action_list__stands_by_the_first_and_then_the_others(admin_client):
    pause("default")
    pause(SECOND)
    assert [database for database, _ in listed(admin_client.get(reverse(PAGE)))] == ["", SECOND]


def test_action_list__of_a_database_that_is_down_is_a_warning(admin_client, monkeypatch):
    pause("default")
    asked = alerts.standing

    def standing(using):
        Pixel.objects.using(using).raw("SELECT * FROM no_such_table")[0]
        return asked(using)

    monkeypatch.setattr(alerts, "standing", standing)
    page = admin_client.get(reverse(PAGE))
    assert [database for database, _ in listed(page)] == [""]
    assert f"The database “{SECOND}” does not answer" in page.text
