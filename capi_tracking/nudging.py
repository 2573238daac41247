"""Asking for a worker without waiting for whoever carries the message, which may be slow, silent or gone."""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

AT_MOST_EVERY = 1.0  # seconds between two messages of one process
SILENCE = 30.0  # seconds without a message after a failure


class Nudger:
    """Sends at most one message a second, from a daemon thread that the first request for one starts."""

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self._asked = threading.Condition()
        self._next: float | None = None  # when the next message goes
        self._last: float = 0.0  # the latest moment that was asked for
        self._not_before: float = 0.0
        self._thread: threading.Thread | None = None

    def ask(self, delay_seconds: float) -> None:
        """A message in so many seconds, please."""
        at = time.monotonic() + delay_seconds
        with self._asked:
            self._last = max(self._last, at)
            if self._next is None or at < self._next:
                self._next = at
                self._asked.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="capi-tracking-nudge", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wait()
            pause = AT_MOST_EVERY if self._has_sent() else SILENCE
            self._not_before = time.monotonic() + pause

    def _wait(self) -> None:
        """Until a message is wanted and allowed. Takes all that is wanted by then with it."""
        with self._asked:
            while (left := self._seconds_left()) != 0:
                self._asked.wait(left)
            self._next = self._last if self._last > time.monotonic() else None

    def _seconds_left(self) -> float | None:
        if self._next is None:
            return None
        return max(max(self._next, self._not_before) - time.monotonic(), 0)

    def _has_sent(self) -> bool:
        try:
            self._send()
        except Exception as error:  # noqa: BLE001 (any broker, any driver: the sweep finds what this missed)
            logger.warning("No worker was nudged (%s); the next sweep delivers.", type(error).__name__)
            return False
        return True
