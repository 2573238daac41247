"""Celery workers with the pools that a shop may choose, on queues of their own."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from celery import Celery

from tests.benchmarks.processes import Stage
from tests.brokers.kinds import Broker, Redis
from tests.brokers.processes import Process, journal, worker_command
from tests.waiting import until

DELIVER = "capi_tracking.tasks.deliver"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.brokers.shop_settings"}
POOLS = {"solo": 1, "prefork, 2": 2, "threads, 2": 2, "threads, 4": 4}
READY_SECONDS = 120


class Pool:
    """A worker that is ready, and does nothing until it is woken."""

    def __init__(self, broker: Broker, hands: int) -> None:
        self.broker, self.hands = broker, hands
        self.app = Celery("benchmark", broker=broker.url, set_as_current=False)
        self.app.conf.update(broker_transport_options=broker.options, task_default_queue=broker.queue)

    def wake(self) -> None:
        """A message for each of its processes or threads."""
        for _ in range(self.hands):
            self.app.send_task(DELIVER, ignore_result=True)


@contextmanager
def pools(at: Stage, redis_url: str, **env: str) -> Iterator[dict[str, Pool]]:
    """By name. Nothing of theirs is left in the broker."""
    with ExitStack() as closing:
        yield {name: _started(at, closing, redis_url, name, hands, env) for name, hands in POOLS.items()}


def _started(at: Stage, closing: ExitStack, redis_url: str, name: str, hands: int, env: dict[str, str]) -> Pool:
    broker = Redis(redis_url, f"capi-{uuid.uuid4().hex[:12]}", at.folder)
    closing.callback(broker.forget)
    kind, told = name.partition(",")[0], at.folder / broker.queue
    command = worker_command(kind, "--concurrency", str(hands))
    env = SETTINGS | broker.env() | env | {"SHOP_JOURNAL": str(told)}
    worker = Process(command, env, at.folder / f"{broker.queue}.log")
    closing.callback(worker.stop)
    until(lambda: bool(journal(told, "ready")), f"Celery's {name} is ready", READY_SECONDS)
    pool = Pool(broker, hands)
    closing.callback(pool.app.close)
    return pool
