"""Takes down what a sandbox accepted while it is still in the sandbox's bounded memory."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Hit = Mapping[str, Any]


class Watch:
    """``read`` gives the sandbox's hits; ``take`` is told each of them once, in order."""

    def __init__(self, read: Callable[[], Iterable[Hit]], take: Callable[[Hit], object]) -> None:
        self.read, self.take, self.last = read, take, 0

    def look(self) -> None:
        for hit in self.read():
            number = int(hit["number"])
            if number > self.last:
                if number != self.last + 1:
                    raise RuntimeError(f"Events {self.last + 1} to {number - 1} went by unseen.")
                self.last = number
                self.take(hit)
