"""Several outboxes: the pages are of the first, and the dashboard's action list is of all."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from capi_tracking import alerts, metrics
from capi_tracking.admin.column import read_ahead
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Pixel, Status
from demo_project.shop.models import Order
from tests.outbox_rows import make_rows
from tests.sales import new_order
from tests.services.servers import SECOND, uses_two_databases

pytestmark = uses_two_databases
PAGE = "admin:capi_tracking_dashboard_changelist"
EVENTS = "admin:capi_tracking_outboxevent_changelist"


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


# -- lists and their rows --------------------------------------------------------------------------------------------


class ReadsDefault:
    def db_for_read(self, model, **hints):
        return "default"


def test_lists__are_of_the_first_outbox_whatever_a_router_reads(admin_client, capi, settings):
    capi(OUTBOX_DATABASES=[SECOND, "default"])
    settings.DATABASE_ROUTERS = [ReadsDefault()]
    attempt = DeliveryAttempt(pixel="default", kind="unreachable", batch_size=1, duration_ms=1, trace_id="Zq9trace")
    attempt.save(using=SECOND)
    make_rows(1, using=SECOND, order_key="shop.order:1", last_attempt=attempt)
    row = OutboxEvent.objects.using(SECOND).get()
    assert row.event_id in admin_client.get(reverse(EVENTS)).text
    page = reverse("admin:capi_tracking_outboxevent_change", args=[row.pk])
    assert attempt.trace_id in admin_client.get(page).text
    admin_client.post(page, {"cancel": "1", "confirmed": "yes"})
    row.refresh_from_db(using=SECOND)
    assert row.status == Status.CANCELLED


def test_column__links_to_events_of_the_first_outbox_alone(admin_client):
    for using, linked in (("default", True), (SECOND, False)):
        order = new_order()
        order.save(using=using)
        read_ahead([order], admin_client.get(reverse("admin:shop_order_changelist")).wsgi_request)
        shown = admin.site.get_model_admin(Order).tracking(order)
        assert ("capi-pill" in shown, "href" in shown) == (True, linked)
