"""A shop of the run's: it places orders until it is told to stop, and says in a journal what it did.

Each line of the journal is one JSON list: ``["began", numbers]``, then ``["committed", numbers]`` or
``["rolled back", numbers]``, on the disk before it goes on. What began and has no second line died with its shop.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import FrameType

import django

PAUSE = 0.03  # seconds between two transactions, on average
LINGERS = 0.1  # of all transactions stay open for long, so that a kill finds them
ROLLS_BACK = 0.15
IS_BULK = 0.2
PAID_LATER = 0.1
BULK = (6, 16)
CENT = Decimal("0.01")


class ChangedMind(Exception):
    """The buyer's."""


class Journal:
    def __init__(self, path: Path) -> None:
        self.file = path.open("a")

    def write(self, what: str, numbers: list[str]) -> None:
        self.file.write(json.dumps([what, numbers]) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())


class Shop:
    """``name`` is this process's alone, so that no number is given twice."""

    def __init__(self, name: str, seed: str, journal: Journal) -> None:
        self.name, self.journal = name, journal
        self.dice = random.Random(f"{seed} {name}")
        self.last = 0
        self.is_open = True

    def close(self, number: int, frame: FrameType | None) -> None:
        self.is_open = False

    def sell(self) -> None:
        while self.is_open:
            self._survive(self._one_transaction)
            time.sleep(self.dice.uniform(0, 2 * PAUSE))

    def _one_transaction(self) -> None:
        numbers = [self._next() for _ in range(self.dice.randint(*BULK) if self.dice.random() < IS_BULK else 1)]
        self.journal.write("began", numbers)
        later = self.dice.random() < PAID_LATER
        try:
            self._place(numbers, paid=not later, rolls_back=self.dice.random() < ROLLS_BACK)
        except ChangedMind:
            self.journal.write("rolled back", numbers)
            return
        if later:
            self._pay(numbers)
        self.journal.write("committed", numbers)

    def _place(self, numbers: list[str], *, paid: bool, rolls_back: bool) -> None:
        from django.db import transaction

        with transaction.atomic():
            for number in numbers:
                self._order(number, paid=paid)
            self._linger()
            if rolls_back:
                raise ChangedMind

    def _order(self, number: str, *, paid: bool) -> None:
        from django.utils import timezone

        from tests.chaos.shop.models import Line, Order

        prices = [Decimal(self.dice.randint(100, 99_999)) * CENT for _ in range(self.dice.randint(1, 3))]
        order = Order(number=number, email=f"{number}@shop.example", total=sum(prices))
        order.paid_at = timezone.now() if paid else None
        order.save(force_insert=True)
        for place, price in enumerate(prices):
            Line.objects.create(order=order, sku=f"sku-{place}", price=price)

    def _pay(self, numbers: list[str]) -> None:
        """The provider's call comes in a transaction of its own."""
        from django.db import transaction
        from django.utils import timezone

        from tests.chaos.shop.models import Order

        with transaction.atomic():
            for order in Order.objects.filter(number__in=numbers):
                order.paid_at = timezone.now()
                order.save()
            self._linger()

    def _linger(self) -> None:
        time.sleep(self.dice.uniform(0.1, 0.6) if self.dice.random() < LINGERS else 0)

    def _next(self) -> str:
        self.last += 1
        return f"{self.name}-{self.last}"

    def _survive(self, work: Callable[[], None]) -> None:
        """A shop goes on when its database comes back."""
        from django.db import InterfaceError, OperationalError, connection

        try:
            work()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.2)


def main() -> None:
    import_module(os.environ["SHOP_APP"])
    django.setup()
    shop = Shop(os.environ["CHAOS_NAME"], os.environ["CHAOS_SEED"], Journal(Path(os.environ["CHAOS_JOURNAL"])))
    signal.signal(signal.SIGTERM, shop.close)
    shop.sell()


if __name__ == "__main__":
    sys.exit(main())
