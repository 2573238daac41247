"""A run through everything, and then a look at all that it wrote: no secret and no customer in it."""

import json
import logging
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from celery import Celery
from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from capi_tracking import dataset_quality, metrics, tasks
from capi_tracking.conf import pixel
from capi_tracking.delivery import deliver_due
from capi_tracking.events import CustomData, Event, UserData
from capi_tracking.models import DeliveryAttempt, OutboxEvent, QualityFetch
from capi_tracking.privacy import prune
from capi_tracking.tasks import publish
from capi_tracking.transports.graph import GraphTransport
from demo_project.shop.capi import ShopOrder
from tests.canary import birds

pytestmark = pytest.mark.django_db(transaction=True)

BEACON = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0 Safari/605"}
CONSENT = "granted.1.1767225600"


@pytest.fixture(autouse=True)
def _empty_cache() -> Any:
    cache.clear()
    yield
    cache.clear()


def beacon(client: Client) -> None:
    """Somebody logged in looks at a page, and searches for themselves."""
    client.cookies["capi_consent"], client.cookies["_fbp"] = CONSENT, "fb.1.1767225600000.123456789"
    searched = json.dumps({"search_string": f"orders of {birds.EMAIL}", "note": birds.PHONE, birds.EMAIL: birds.TOKEN})
    events = [
        {"pixel": "default", "name": "PageView", "id": "0123456789abcdef"},
        {"pixel": "default", "name": "Search", "id": "1123456789abcdef", "data": searched},
    ]
    url = f"http://testserver/orders/{birds.EMAIL}/?q={birds.EMAIL}&token={birds.TOKEN}"
    said = json.dumps({"url": url, "referrer": url, "events": events, "receipts": events})
    client.post(reverse("capi_tracking:collect"), said, content_type="text/plain", headers=BEACON)
    client.get(reverse("capi_tracking:match"), headers=BEACON)


@pytest.fixture
def run(meta: Any, buy: Any, monkeypatch: Any, caplog: Any) -> Any:
    """Everything that goes well, and much that does not."""
    caplog.set_level(logging.DEBUG)
    client = Client()
    client.force_login(User.objects.create_user("bird", email=birds.EMAIL))
    buy()
    beacon(client)
    deliver_due()
    meta.answer_next(100, 2804003, message=f"bad {birds.TOKEN} of {birds.APP_SECRET}")
    buy()
    deliver_due()
    meta.answer_next(status=500, body=f"<html>{birds.TOKEN}</html>")
    buy()
    deliver_due()
    with monkeypatch.context() as broken:
        broken.setattr(ShopOrder, "custom_data", lambda self, order: _fail(f"no value for {birds.EMAIL}"))
        buy()
    meta.answer_next(190, message=f"{birds.TOKEN} has expired")
    buy()
    deliver_due()
    dataset_quality.fetch("default")
    meta.switch("send_only")
    QualityFetch.objects.update(started_at=timezone.now() - timedelta(hours=1))
    dataset_quality.fetch("default")
    output = StringIO()
    call_command("capi_erase", email=[birds.EMAIL], dry_run=True, no_input=True, stdout=output)
    prune()
    return output.getvalue()


def _fail(why: str) -> None:
    raise ValueError(why)


def is_stored(model: Any) -> bool:
    return bool(model._meta.managed and not model._meta.proxy)


def dump() -> str:
    """Each of our tables as the database has it."""
    lines = []
    with connection.cursor() as cursor:
        for table in {
            model._meta.db_table for model in apps.get_app_config("capi_tracking").get_models() if is_stored(model)
        }:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            lines += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(lines)


def test_run__does_all_that_it_is_for(run: Any) -> None:
    """Else the others would look at nothing."""
    states = set(OutboxEvent.objects.values_list("status", flat=True))
    assert {"sent", "dead"} <= states
    assert set(OutboxEvent.objects.values_list("event_name", flat=True)) == {"Purchase", "PageView", "Search"}
    assert {"delivered", "denied"} <= set(DeliveryAttempt.objects.values_list("kind", flat=True))


def test_tables__hold_none(run: Any) -> None:
    written = dump()
    assert "Purchase" in written
    assert birds.found(written) == []


def test_logs__hold_none_at_debug(run: Any, caplog: Any) -> None:
    records = caplog.get_records("setup")
    assert any(record.name.startswith("capi_tracking") for record in records)
    ours = [record for record in records if not record.name.startswith(("faker", "factory", "django.db"))]
    written = "\n".join(f"{record.getMessage()} {record.args} {record.exc_text or ''}" for record in ours)
    assert birds.found(written) == []


def test_erasure__says_none(run: str) -> None:
    assert birds.found(run) == []


def test_admin__shows_none(run: Any, client: Client) -> None:
    client.force_login(User.objects.create_superuser("boss"))
    pages = []
    for model in filter(site.is_registered, apps.get_app_config("capi_tracking").get_models()):
        name = model._meta.model_name
        pages.append(client.get(reverse(f"admin:capi_tracking_{name}_changelist")))
        if is_stored(model):
            rows = model._default_manager.all()[:20]
            pages += [client.get(reverse(f"admin:capi_tracking_{name}_change", args=[row.pk])) for row in rows]
    assert {page.status_code for page in pages} == {200}
    assert birds.found("\n".join(page.content.decode() for page in pages)) == []


def test_sandbox__shows_no_customer_and_no_secret(run: Any, meta: Any, client: Client) -> None:
    page = urlopen(meta.url).read().decode()
    assert "Purchase" in page
    assert birds.found(page) == []
    assert birds.found([meta.events, meta.refusals, meta.requests, meta.pairs, meta.unpaired, meta]) == []


def test_broker__gets_none(run: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    folder = str(tmp_path)
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder}
    app = Celery("shop", broker="filesystem://", broker_transport_options=options, set_as_current=False)
    publish(app)
    (message,) = tmp_path.glob("*.msg")
    assert tasks.deliver.name in message.read_text()
    assert birds.found(message.read_text()) == []


def test_repr__of_what_is_public_shows_none(run: Any) -> None:
    person = UserData.of(**birds.OF_THE_CUSTOMER)
    event = Event(name="Lead", event_time=OutboxEvent.objects.first().event_time, user_data=person)
    transport = GraphTransport(pixel("default"))
    rows = [
        row
        for model in apps.get_app_config("capi_tracking").get_models()
        if is_stored(model)
        for row in model._default_manager.all()
    ]
    told = [metrics.story(row) for row in OutboxEvent.objects.all()] if hasattr(metrics, "story") else []
    said = [f"{each!r} {each}" for each in [person, event, transport, transport.pixel, CustomData(), *rows, *told]]
    assert birds.found(said) == []
