"""A worker is asked for from another thread, and not too often."""

import threading
import time
from typing import Any

from capi_tracking import nudging
from capi_tracking.nudging import Nudger
from tests.waiting import until


class Post:
    """Stands where the broker would: keeps the moments and the threads of what was sent."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.at: list[float] = []
        self.threads: list[int] = []

    def __call__(self) -> None:
        self.at.append(time.monotonic())
        self.threads.append(threading.get_ident())
        if self.errors and (error := self.errors.pop(0)):
            raise error


def test_ask__never_meets_the_broker_in_the_callers_thread() -> None:
    post = Post()
    Nudger(post).ask(0)
    until(lambda: post.threads)
    assert threading.get_ident() not in post.threads


def test_ask__one_message_for_a_burst_and_one_a_second_after_it() -> None:
    post = Post()
    nudger = Nudger(post)
    nudger.ask(0)
    until(lambda: post.at)
    for _ in range(500):
        nudger.ask(0)
    until(lambda: len(post.at) == 2)
    assert post.at[1] - post.at[0] >= nudging.AT_MOST_EVERY
    assert nudger._next is None


def test_ask__waits_until_the_row_is_due() -> None:
    post, asked_at = Post(), time.monotonic()
    Nudger(post).ask(0.2)
    until(lambda: post.at)
    assert post.at[0] - asked_at >= 0.2


def test_ask__a_later_wish_is_not_lost_to_an_earlier_one() -> None:
    post, asked_at = Post(), time.monotonic()
    nudger = Nudger(post)
    nudger.ask(1.2)
    nudger.ask(0)
    until(lambda: len(post.at) == 2)
    assert post.at[0] - asked_at < 1.2 <= post.at[1] - asked_at


def test_ask__after_a_failure_it_is_silent_for_a_while(caplog: Any) -> None:
    post = Post(OSError("amqp://shop:secret@broker"))
    nudger = Nudger(post)
    nudger.ask(0)
    until(lambda: caplog.records)
    until(lambda: nudger._not_before > time.monotonic() + nudging.SILENCE / 2)
    assert "OSError" in caplog.text
    assert "secret" not in caplog.text
    nudger.ask(0)
    assert nudger._thread is not None
    nudger._thread.join(timeout=0.2)
    assert len(post.at) == 1


def test_ask__starts_one_thread_and_no_process_waits_for_it() -> None:
    nudger = Nudger(Post())
    nudger.ask(0)
    thread = nudger._thread
    nudger.ask(0)
    assert thread is not None
    assert nudger._thread is thread
    assert thread.daemon
