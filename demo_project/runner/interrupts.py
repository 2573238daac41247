"""Ctrl-C, SIGTERM and SIGHUP: heard once, and never while a child is being started or stopped."""

import signal

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interrupts:
    """While listening, the first signal raises ``KeyboardInterrupt`` and those after it change nothing.

    Between ``hold()`` and ``release()`` it raises nothing by itself: there ``check()`` does.
    """

    def __init__(self) -> None:
        self.asked = self.holding = False

    def __enter__(self) -> "Interrupts":
        """Listen; what is ignored stays ignored, as under ``nohup``."""
        heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self.before = {number: signal.signal(number, self.hear) for number in heard}
        return self

    def __exit__(self, *exception: object) -> None:
        """Who was asked to end is about to: a late second Ctrl-C must not spoil it."""
        if not self.asked:
            self.forget()

    def forget(self) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def hear(self, *args: object) -> None:
        first, self.asked = not self.asked, True
        if first and not self.holding:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise it now, also if a library has swallowed the first."""
        if self.asked:
            raise KeyboardInterrupt

    def hold(self) -> None:
        self.holding = True

    def release(self) -> None:
        self.holding = False
