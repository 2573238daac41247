"""Two outboxes by others, in the peers' environment, each drained as its own command does it, to a real socket.

django-celery-outbox publishes a message an event to Redis; django-outbox-pattern sends a STOMP frame an event to a
listener that takes whatever comes.
"""

import logging
import os
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from tests.benchmarks.sides import sample
from tests.benchmarks.sides.lines import serve, wall_seconds

address = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY="benchmarks-only",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "demo_project.shop",
        "django_celery_outbox",
        "django_outbox_pattern",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": address.path[1:],
            "HOST": address.hostname,
            "PORT": address.port,
            "USER": address.username,
            "PASSWORD": address.password or "",
        }
    },
    DJANGO_OUTBOX_PATTERN={
        "DEFAULT_STOMP_HOST_AND_PORTS": [("127.0.0.1", int(os.environ["BENCHMARK_STOMP_PORT"]))],
        "DEFAULT_PRODUCER_WAITING_TIME": 0,
    },
    LOGGING_CONFIG=None,
)
QUEUE = f"benchmark-{uuid.uuid4().hex[:12]}"


def prepare() -> None:
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    call_command("migrate", verbosity=0)


def payload(number: int) -> dict[str, Any]:
    """As many bytes as ours."""
    return {**sample.browser(number), "number": number, "rest": "0123456789abcdef" * 80}


def app() -> Any:
    from django_celery_outbox.app import OutboxCelery

    made = OutboxCelery("benchmark", broker=os.environ["BENCHMARK_REDIS_URL"], set_as_current=False)
    made.conf.update(task_default_queue=QUEUE, task_ignore_result=True)
    return made


def celery_outbox(count: int) -> float:
    from django_celery_outbox.models import CeleryOutbox
    from django_celery_outbox.relay import Relay, RelayConfig

    celery = app()
    CeleryOutbox.objects.all().delete()
    with transaction.atomic():
        for number in range(count):
            celery.send_task("send", kwargs={"event": payload(number)})
    relay = Relay(celery, RelayConfig.init(idle_time=0.0))

    def drain() -> None:
        while CeleryOutbox.objects.exists():
            relay._processing()  # a turn of its command's endless loop

    seconds = wall_seconds(drain)
    published = forget()
    assert published == count, published
    return seconds


def forget() -> int:
    """Remove what was published; how much it was."""
    import redis

    server = redis.Redis.from_url(os.environ["BENCHMARK_REDIS_URL"])
    found = int(server.llen(QUEUE))
    server.delete(QUEUE, *server.scan_iter(f"_kombu*{QUEUE}*"))
    return found


def outbox_pattern(count: int) -> float:
    from django_outbox_pattern.choices import StatusChoice
    from django_outbox_pattern.factories import factory_producer
    from django_outbox_pattern.models import Published

    with transaction.atomic():
        for number in range(count):
            Published(body=payload(number), destination="/queue/events").save()
    producer = factory_producer()

    def drain() -> None:
        while Published.objects.filter(status=StatusChoice.SCHEDULE).exists():
            producer.publish_message_from_database()

    seconds = wall_seconds(drain)
    assert Published.objects.filter(status=StatusChoice.SUCCEEDED).count() >= count
    Published.objects.all().delete()
    return seconds


def rows(count: int) -> dict[str, float]:
    """Seconds for a row in either outbox, and for the yardstick: the same plain INSERT that ours is measured in."""
    celery = app()
    ways: dict[str, Callable[[int], object]] = {
        "insert": insert,
        "celery_outbox": lambda number: celery.send_task("send", kwargs={"event": payload(number)}),
        "outbox_pattern": lambda number: Published(body=payload(number), destination="/queue/events").save(),
    }
    from django_outbox_pattern.models import Published

    seconds = dict.fromkeys(ways, 0.0)
    for number in range(count):
        for name in sorted(ways, reverse=number % 2 == 1):
            with transaction.atomic():
                seconds[name] += wall_seconds(partial(ways[name], number))
    return seconds


def insert(number: int) -> None:
    from demo_project.shop.models import Order

    person = sample.person(number)
    del person["external_id"]
    Order(status="paid", street="Road 1", total=sample.VALUE, paid_at=timezone.now(), **person).save(force_insert=True)


if __name__ == "__main__":
    django.setup()
    serve(prepare, celery_outbox, outbox_pattern, rows)
