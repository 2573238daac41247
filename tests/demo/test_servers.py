"""The whole demo on the servers that ``DATABASE_URL`` and ``CELERY_BROKER_URL`` name: the gate's matrix runs it."""

import os
import uuid
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.brokers.databases import execute
from tests.brokers.kinds import Amqp, Redis, configured, make
from tests.demo.buyers import BUYER
from tests.demo.running import RUNNING, Demo
from tests.demo.shopping import Visitor, orders_sent, received
from tests.waiting import until


@pytest.fixture
def database_url(django_db_blocker):
    """A new one on the server, empty, dropped at the end."""
    if connection.vendor == "sqlite":
        pytest.skip("wants a database server: set DATABASE_URL")
    name = f"capi_demo_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        execute(f"CREATE DATABASE {name}" + (" CHARACTER SET utf8mb4" if connection.vendor == "mysql" else ""))
        yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        execute(f"DROP DATABASE {name}" + (" WITH (FORCE)" if connection.vendor == "postgresql" else ""))


@pytest.fixture
def queue(tmp_path):
    """A name of our own on the broker, where nothing is left of it."""
    if configured() not in {Redis.name, Amqp.name}:
        pytest.skip("wants a broker: set CELERY_BROKER_URL")
    broker = make(configured(), f"capi_demo_{uuid.uuid4().hex[:8]}", tmp_path)
    yield broker.queue
    broker.forget()
    if isinstance(broker, Redis):
        with broker.client() as client:
            client.delete(broker.queue, *client.scan_iter(f"_kombu.binding*{broker.queue}*"))


def sales(demo, number):
    found = received(demo.sandbox)["events"]
    return [event for event in found if event["payload"].get("custom_data", {}).get("order_id") == number]


def sent_by(demo):
    marketer = Visitor(demo.url)
    marketer.sign_in("marketer")
    return orders_sent(marketer)


def buy(demo):
    visitor = Visitor(demo.url)
    visitor.consent()
    return visitor.buy("meadow", BUYER)


def test_demo__runs_whole_on_other_engines_and_again_on_what_it_left(tmp_path, database_url, queue):
    """Also a second time, on the story told and the rows left by the first; ``--reset`` touches none of it."""
    env = {"DATABASE_URL": database_url, "CELERY_BROKER_URL": os.environ["CELERY_BROKER_URL"], "DEMO_QUEUE": queue}
    for _ in range(2):
        with Demo(tmp_path / "demo", env=env) as demo:
            demo.wait_for(RUNNING)
            before = sent_by(demo)
            number = buy(demo)
            until(lambda demo=demo, number=number: len(sales(demo, number)) == 1, "the sale arrived", 60)
            until(lambda demo=demo, before=before: sent_by(demo) > before, "the dashboard counts it", 60)
    assert not (tmp_path / "demo" / "shop.sqlite3").exists()
    assert not (tmp_path / "demo" / "broker").exists()
    with Demo(tmp_path / "demo", "--reset", env=env) as demo:
        assert demo.end() != 0
        assert "Empty yours yourself" in demo.told()
