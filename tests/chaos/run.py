"""One run: set the stage, let the schedule go over it, mend everything, let the outbox drain, and compare."""

import sys
import time
from collections import Counter, deque
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from capi_tracking.delivery import resume
from capi_tracking.delivery.batches import NEVER_ANSWERED
from capi_tracking.models import LEASE_LIMIT, OutboxEvent, Pixel, Status
from tests.chaos.cast import SHOP, Cast
from tests.chaos.evidence import gather, read_journals, take_notes
from tests.chaos.graph import Graph
from tests.chaos.schedule import plan
from tests.chaos.servers import Server
from tests.chaos.troubles import Troubles
from tests.chaos.verdict import Verdict, judge
from tests.waiting import until
from tests.words import say

TICK = 0.05
LOOK_EVERY = 2.0
TELL_EVERY = 5.0
PERSON_LOOKS_EVERY = 2.0
REACTS_AFTER = timedelta(seconds=4)  # the person; a renewed token needs none
CURTAIN_SECONDS = 60
PATIENCE_SECONDS = 90
QUIET_SECONDS = 2.0
CLOSING_SECONDS = 5.0


class Every:
    """True now and then."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.next = seconds, 0.0

    def is_time(self) -> bool:
        if time.monotonic() < self.next:
            return False
        self.next = time.monotonic() + self.seconds
        return True


class Run:
    def __init__(self, folder: Path, servers: dict[str, Server], graph: Graph, seed: int, seconds: float) -> None:
        self.servers, self.graph, self.seed, self.seconds = servers, graph, seed, seconds
        brokers = {name: servers[name].url for name in ("redis", "rabbitmq")}
        self.cast = Cast(folder, {"CHAOS_SEED": str(seed)}, brokers)
        self.troubles = Troubles(self.cast, servers, graph)
        self.began = time.monotonic()
        self.look, self.tell, self.person = Every(LOOK_EVERY), Every(TELL_EVERY), Every(PERSON_LOOKS_EVERY)

    def result(self) -> Verdict:
        try:
            self.set_stage()
            self.storm()
            self.mend()
            self.drain()
            say(self.beside())
            return judge(gather(self.graph, self.cast.journals, self.troubles))
        except Exception:
            self.show_logs()
            raise
        finally:
            self.cast.close()

    def set_stage(self) -> None:
        self.servers["postgresql"].await_start()
        call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True)
        take_notes()
        self.graph.calm()
        for member in self.cast.members:  # they wait for a broker that is slow to start
            member.start()
        for server in self.servers.values():
            server.await_start()
        until(self.has_begun, "an order is accepted", CURTAIN_SECONDS)

    def has_begun(self) -> bool:
        self.graph.look()
        return bool(self.graph.accepted)

    def storm(self) -> None:
        self.began = time.monotonic()
        planned = deque(plan(self.seed, self.seconds))
        while self.second < self.seconds:
            self.troubles.end_those_over()
            while planned and planned[0].at <= self.second:
                self.troubles.begin(planned.popleft())
            self.tick()

    def mend(self) -> None:
        """Nothing new goes wrong, and nobody orders any more."""
        self.troubles.end_those_over(all_of_them=True)
        self.cast.dismiss(self.cast.those(SHOP), CLOSING_SECONDS)
        for server in self.servers.values():
            server.await_start()
        connection.close()

    def drain(self) -> None:
        """Until all is sent, or patience is over; then for a moment more, in which a double would come."""
        ends = time.monotonic() + PATIENCE_SECONDS
        self.try_again()
        while self.unsent() and time.monotonic() < ends:
            self.tick()
        ends = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < ends:
            self.tick()
        self.graph.look()
        say(self.progress())

    def tick(self) -> None:
        self.cast.look_after()
        if self.look.is_time():
            self.graph.look()
        if self.person.is_time():
            self.let_pixel_go_on()
        if self.tell.is_time():
            say(self.progress())
        time.sleep(TICK)

    @property
    def second(self) -> float:
        return time.monotonic() - self.began

    def progress(self) -> str:
        ordered = len(read_journals(self.cast.journals)["committed"])
        numbers = f"orders {ordered:5}  accepted {len(self.graph.orders):5}  kills {self.troubles.kills:3}"
        return f"{self.second:4.0f} s  {numbers}  {self.troubles.news()}"

    def beside(self) -> str:
        """What the last line has no words for."""
        told = read_journals(self.cast.journals)
        unsaid = told["began"] - told["committed"] - told["rolled back"]  # the shop died, or the database refused
        accidents = sum(member.accidents for member in self.cast.members)
        shares = Counter(one.worker.partition(".")[0] for one in self.graph.accepted)
        return (
            f"Taken from {', '.join(f'{place} {count}' for place, count in sorted(shares.items()))}\n"
            f"Orders rolled back {len(told['rolled back'])}, cut off {len(unsaid)}; shops killed {self.troubles.shop_kills}; "
            f"processes that ended by themselves {accidents}; troubles {len(self.troubles.noted)}"
        )

    def let_pixel_go_on(self) -> None:
        """A person who looks at the dashboard now and then resumes what a refusal has paused."""
        with suppress(DatabaseError, InterfaceError):
            long_ago = timezone.now() - REACTS_AFTER
            if Pixel.objects.filter(state=Pixel.State.PAUSED, paused_at__lt=long_ago).exists():
                resume(["default"])
        connection.close()

    def try_again(self) -> None:
        """What five leases in a row brought no answer for is dead, and a person's to try again."""
        again = OutboxEvent.objects.filter(status=Status.DEAD, reason=NEVER_ANSWERED).retry()
        if again:
            say(f"{again} dead after {LEASE_LIMIT} leases without an answer: tried again, as staff may.")

    def unsent(self) -> bool:
        try:
            return OutboxEvent.objects.exclude(status=Status.SENT).exists()
        except (DatabaseError, InterfaceError):
            return True
        finally:
            connection.close()

    def show_logs(self) -> None:
        for member in self.cast.members:
            if member.process:
                sys.stderr.write(f"--- {member.log.name}\n{member.process.tail}\n")
