"""The nudger's thread comes back from a broker that accepts and never answers, whatever the driver."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from celery import Celery

from capi_tracking import tasks
from tests.brokers.gates import Gate

TIMEOUT = 0.3
# kombu tries twice, two seconds apart, and hanging up may wait once more
LONGEST = 2.0 + 2 * 3 * TIMEOUT


@pytest.fixture(autouse=True)
def _celery_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """For Celery that variable comes before an application's own ``broker``."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)


@pytest.fixture
def silent_port() -> Iterator[int]:
    gate = Gate("127.0.0.1", 9)
    gate.switch("silent")
    yield gate.port
    gate.close()


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_publish__a_silent_broker_costs_no_more_than_its_timeouts(scheme: str, silent_port: int) -> None:
    if scheme == "redis":
        pytest.importorskip("redis", reason="wants the client of Redis: pip install redis")
    took = seconds_to_fail(f"{scheme}://127.0.0.1:{silent_port}//")
    assert took is not None, "the thread never came back"
    assert TIMEOUT <= took < 3 * LONGEST  # three times: the machine has other work too


def test_publish__gives_a_bound_to_every_wait_of_the_redis_client() -> None:
    redis = pytest.importorskip("redis", reason="wants the client of Redis: pip install redis")
    seen: list[dict[str, object]] = []

    class Watched(redis.ConnectionPool):
        def __init__(self, **options: object) -> None:
            seen.append(options)
            raise OSError("far enough")

    with pytest.MonkeyPatch.context() as patch, suppress(OSError):
        patch.setattr(redis, "ConnectionPool", Watched)
        tasks.publish(Celery("shop", broker="redis://127.0.0.1:9/0", set_as_current=False), timeout=TIMEOUT)
    assert {(options["socket_timeout"], options["socket_connect_timeout"]) for options in seen} == {(TIMEOUT, TIMEOUT)}
    assert not any(options["retry_on_timeout"] for options in seen)


def seconds_to_fail(url: str) -> float | None:
    """In a thread that nobody has to wait for: None if it is not back after a long while."""
    took: list[float] = []

    def attempt() -> None:
        app, started = Celery("shop", broker=url, set_as_current=False), time.monotonic()
        with pytest.raises(Exception, match=r"(?i)time.*out"):
            tasks.publish(app, timeout=TIMEOUT)
        took.append(time.monotonic() - started)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(3 * LONGEST)
    return took[0] if took else None
