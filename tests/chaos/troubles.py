"""How each trouble of the schedule is made, ended and noted."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connection

from tests.chaos.cast import SHOP, WATCH, WORKER, Cast, Member
from tests.chaos.graph import Graph, OwnGraph
from tests.chaos.schedule import Planned
from tests.chaos.servers import Server
from tests.chaos.verdict import ANSWERS, DATABASE, LEASES, NOBODY, Trouble

Choice = TypeVar("Choice")
End = Callable[[], object]

CODE_1 = 1
ORPHANS = 0.4  # of the workers that are killed leave their children behind

# Switches of the sandbox, with options, and whether they may keep an answer from the worker.
SWITCHED: dict[str, tuple[str, dict[str, Any], str]] = {
    "meta down": ("down", {}, NOBODY),
    "meta answers 503": ("server_error", {"status": 503, "body": "none"}, NOBODY),
    "meta has code 2": ("server_error", {"status": 500}, NOBODY),
    "meta's proxy answers": ("html", {"status": 502}, NOBODY),
    "meta redirects": ("redirect", {"status": 307}, NOBODY),
    "meta accepts and hangs up": ("closed", {}, ANSWERS),
    "meta accepts in silence": ("timeout", {"takes": True}, ANSWERS),
    "meta is silent": ("timeout", {}, NOBODY),
    "meta is slow": ("slow", {"seconds": 2.0}, NOBODY),
    "meta is too slow": ("slow", {"seconds": 6.0}, ANSWERS),
    "meta confirms too few": ("partial", {}, NOBODY),
    "meta says too much": ("huge", {"megabytes": 2}, NOBODY),
    "meta throttles": ("throttled", {"code": 4, "minutes": 0, "retry_after": 1}, NOBODY),
    "meta's allowance is used up": ("usage", {"percent": 76, "step": 3, "minutes": 0}, NOBODY),
    "meta refuses the permission": ("permission", {}, NOBODY),
}
CRASHES = {
    "database crashes": ("postgresql", signal.SIGQUIT, DATABASE),  # as pg_ctl -m immediate
    "database restarts": ("postgresql", signal.SIGINT, DATABASE),  # as pg_ctl -m fast
    "redis crashes": ("redis", signal.SIGKILL, NOBODY),
    "rabbitmq crashes": ("rabbitmq", signal.SIGKILL, NOBODY),
}


@dataclass(slots=True)
class Running:
    """A trouble that is on until ``until`` (monotonic)."""

    kind: str
    whom: str
    began: float
    until: float
    end: End


class Troubles:
    """``begin`` what is planned, ``end_those_over``; ``noted`` is what happened and whom it hit."""

    def __init__(self, cast: Cast, servers: dict[str, Server], graph: Graph) -> None:
        self.cast, self.servers, self.graph = cast, servers, graph
        self.running: list[Running] = []
        self.noted: list[Trouble] = []
        self.kills = self.shop_kills = 0
        self._untold: list[str] = []

    def begin(self, planned: Planned) -> None:
        found = self._make(planned)
        if found is None:
            return  # nobody there whom it could meet
        whom, end = found
        self._untold.append(planned.kind)
        running = Running(planned.kind, whom, time.time(), time.monotonic() + planned.lasts, end)
        if planned.lasts:
            self.running.append(running)
        else:
            self._note(running)

    def end_those_over(self, *, all_of_them: bool = False) -> None:
        for running in list(self.running):
            if all_of_them or time.monotonic() >= running.until:
                running.end()
                self.running.remove(running)
                self._note(running)

    def news(self) -> str:
        """What began since somebody asked last, and what is still on."""
        told = Counter(self._untold) or Counter(one.kind for one in self.running)
        self._untold.clear()
        return ", ".join(f"{kind} ({times}x)" if times > 1 else kind for kind, times in told.items()) or "quiet"

    def _note(self, running: Running) -> None:
        self.noted.append(Trouble(running.kind, running.whom, running.began, time.time()))

    def _make(self, planned: Planned) -> tuple[str, End] | None:
        kind = planned.kind
        if kind in SWITCHED:
            return self._switch(kind)
        if kind in CRASHES:
            return self._crash(kind)
        makers = {
            "kill child": self._kill_child,
            "kill worker": self._kill_worker,
            "kill watch": self._kill_watch,
            "kill shop": self._kill_shop,
            "pause child": self._pause_child,
            "pause worker": self._pause_worker,
            "pause watch": self._pause_watch,
            "meta has code 1": self._code_1,
            "meta refuses the token": self._revoke_token,
            "database hangs up": self._hang_up,
            "leases end early": self._end_leases,
        }
        return makers[kind](planned.dice)

    # -- Meta ----------------------------------------------------------------------------------------------------

    def _switch(self, kind: str) -> tuple[str, End]:
        name, options, whom = SWITCHED[kind]
        self.graph.switch(name, **options)

        def end() -> None:
            self.graph.switch(name, on=False)
            self.graph.calm()

        return whom, end

    def _code_1(self, dice: float) -> tuple[str, End]:
        self.graph.answer_next(code=CODE_1, times=1 + int(4 * dice))
        return NOBODY, _nothing

    def _revoke_token(self, dice: float) -> tuple[str, End] | None:
        if not isinstance(self.graph, OwnGraph):
            return None
        self.graph.revoke_token()
        return NOBODY, self.graph.renew_token

    # -- servers -------------------------------------------------------------------------------------------------

    def _crash(self, kind: str) -> tuple[str, End] | None:
        name, number, whom = CRASHES[kind]
        server = self.servers[name]
        if not server.is_up():
            return None
        server.stop(number)
        return whom, server.start

    def _hang_up(self, dice: float) -> tuple[str, End]:
        _execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                 " AND pid <> pg_backend_pid()")  # fmt: skip
        return DATABASE, _nothing

    def _end_leases(self, dice: float) -> tuple[str, End]:
        free = "SELECT id FROM capi_tracking_outboxevent WHERE status = 'leased' FOR UPDATE SKIP LOCKED"
        _execute(f"UPDATE capi_tracking_outboxevent SET due_at = now() - interval '1 second' WHERE id IN ({free})")
        return LEASES, _nothing

    # -- workers -------------------------------------------------------------------------------------------------

    def _kill_child(self, dice: float) -> tuple[str, End] | None:
        return self._kill_one(self._families(), dice)

    def _kill_one(self, found: list[tuple[Member, int]], dice: float) -> tuple[str, End] | None:
        chosen = choose(found, dice)
        if chosen is None:
            return None
        member, pid = chosen
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills += 1
        return member.name, _nothing

    def _kill_worker(self, dice: float) -> tuple[str, End] | None:
        return self._kill_member(self.cast.those(WORKER), dice)

    def _kill_watch(self, dice: float) -> tuple[str, End] | None:
        return self._kill_member(self.cast.those(WATCH), dice)

    def _kill_member(self, members: list[Member], dice: float) -> tuple[str, End] | None:
        member = choose([one for one in members if one.is_alive], dice)
        if member is None:
            return None
        member.kill(group=dice * 10 % 1 > ORPHANS)
        self.kills += 1
        return member.name, _nothing

    def _kill_shop(self, dice: float) -> tuple[str, End] | None:
        member = choose([one for one in self.cast.those(SHOP) if one.is_alive], dice)
        if member is None:
            return None
        member.kill(group=True)
        self.shop_kills += 1
        return NOBODY, _nothing

    def _pause_child(self, dice: float) -> tuple[str, End] | None:
        chosen = choose(self._families(), dice)
        if chosen is None:
            return None
        member, pid = chosen
        _signal(pid, signal.SIGSTOP)
        return member.name, lambda: _signal(pid, signal.SIGCONT) if pid in member.children() else None

    def _pause_worker(self, dice: float) -> tuple[str, End] | None:
        return self._pause_member(self.cast.those(WORKER), dice)

    def _pause_watch(self, dice: float) -> tuple[str, End] | None:
        return self._pause_member(self.cast.those(WATCH), dice)

    def _pause_member(self, members: list[Member], dice: float) -> tuple[str, End] | None:
        member = choose([one for one in members if one.is_alive], dice)
        if member is None:
            return None
        process = member.process
        member.signal_group(signal.SIGSTOP)
        return member.name, lambda: member.signal_group(signal.SIGCONT) if member.process is process else None

    def _families(self) -> list[tuple[Member, int]]:
        return [(member, pid) for member in self.cast.those(WORKER) for pid in member.children()]


def choose(found: list[Choice], dice: float) -> Choice | None:
    return found[int(dice * len(found)) % len(found)] if found else None


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _execute(statement: str) -> None:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    _try_on_database(run)


def _try_on_database(work: Callable[[], object]) -> None:
    """It may be down just now, which is trouble enough."""
    try:
        work()
    except (DatabaseError, InterfaceError):
        connection.close()


def _nothing() -> None:
    pass
