"""A pytest plugin: the room's tests once as they are, then some of them in a child for each mutant."""

import os
import signal
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import coverage
import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from _pytest.warnings import catch_warnings_for_item

from .changes import Mutant, mutants
from .swapping import put_in

KILLED, SURVIVED, NOT_PUT_IN, OUT_OF_TIME = 1, 0, 3, 4
ENDS = {KILLED: "killed", SURVIVED: "survived", NOT_PUT_IN: "left out", OUT_OF_TIME: "out of time"}
SLOW = 3  # seconds of the processor: what takes longer kills what others kill already
PATIENCE, TIMES = 1, 5  # seconds of the processor for a test, beside so many times what it took before
LONGEST = (
    60  # seconds of the clock for a test: a mutant may wait for ever, or this machine be busy; so its name is told
)


class Trial:
    """``survived`` names mutants that no test noticed; ``counts`` says how all ended; ``red``: what failed before any."""

    def __init__(self, files: list[Path], *, at_once: int, tell: Callable[[str], None]) -> None:
        self.files = files
        self.at_once = at_once
        self.tell = tell
        self.survived: list[str] = []
        self.counts = Counter[str]()
        self.red: list[str] = []
        self._running: dict[int, Mutant] = {}
        self._killers: dict[str, dict[str, None]] = defaultdict(dict)  # by owner: they are asked first
        self._words = tempfile.TemporaryDirectory()
        self._seconds: dict[str, float] = {}
        self._met: dict[tuple[str, int], set[str]] = defaultdict(set)

    def pytest_collection(self) -> None:
        """The same examples each time, however long they take."""
        hypothesis.settings.register_profile("mutants", database=None, derandomize=True, deadline=None)
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = self._measured(session)
        if self.red:
            return True
        self.counts["fast tests"] = len(items)
        items = self._good_in_children(items)
        self.counts["tests"] = len(items)
        self.tell(str(dict(self.counts)))
        started = time.monotonic()
        for path in self.files:
            for mutant in mutants(path):
                self._begin(mutant, items)
        while self._running:
            self._end_one()
        self.counts["seconds"] = round(time.monotonic() - started)
        return True

    def pytest_unconfigure(self) -> None:
        self._words.cleanup()

    # -- as it is ------------------------------------------------------------------------------------------------

    def _measured(self, session: pytest.Session) -> list[pytest.Item]:
        """The fast ones, the fastest first, and what each of them met. Their database stays for the children."""
        measured = coverage.Coverage(data_file=None, config_file=False, include=[str(path) for path in self.files])
        measured.start()
        good = [item for item in session.items if self._is_good(item, measured)]
        measured.stop()
        data = measured.get_data()
        for path in data.measured_files():
            for line, ids in data.contexts_by_lineno(path).items():
                self._met[path, line] = set(ids)
        return sorted(good, key=lambda item: self._seconds[item.nodeid])

    def _is_good(self, item: pytest.Item, measured: coverage.Coverage) -> bool:
        measured.switch_context(item.nodeid)
        began = time.process_time()
        reports = _reports(item)
        self._seconds[item.nodeid] = time.process_time() - began
        self.red += [f"{report.nodeid}\n{report.longreprtext}" for report in reports if report.failed]
        return all(report.passed for report in reports) and self._seconds[item.nodeid] < SLOW

    def _good_in_children(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """All that are green in one child without a change: no server's thread, which stays with the parent, is theirs."""
        while _ended(child := _fork(partial(self._tried, items))) != SURVIVED:
            bad = self._last_of(child)
            self.tell(f"not asked: {bad}")
            items = [item for item in items if item.nodeid != bad]
        return items

    # -- changed -------------------------------------------------------------------------------------------------

    def _begin(self, mutant: Mutant, items: list[pytest.Item]) -> None:
        if len(self._running) >= self.at_once:
            self._end_one()
        mine = self._concerned(mutant, items)
        child = _fork(lambda: self._tried(mine) if put_in(mutant) else NOT_PUT_IN)
        self._running[child] = mutant

    def _concerned(self, mutant: Mutant, items: list[pytest.Item]) -> list[pytest.Item]:
        """The tests that met one of its lines, those first that killed others of the same function."""
        ids = set().union(*(self._met[str(mutant.path), line] for line in mutant.lines))
        mine = [item for item in items if item.nodeid in ids] if mutant.owner else items
        killers = self._killers[mutant.owner]
        return sorted(mine, key=lambda item: item.nodeid not in killers)

    def _tried(self, items: list[pytest.Item]) -> int:
        return SURVIVED if all(self._is_green(item) for item in items) else KILLED

    def _is_green(self, item: pytest.Item) -> bool:
        """It ends the process where the test does not end: most often a loop, else a wait. Its name is left before."""
        self._word_of(os.getpid()).write_text(item.nodeid)
        signal.setitimer(signal.ITIMER_PROF, PATIENCE + TIMES * self._seconds[item.nodeid])
        signal.alarm(LONGEST)
        return not any(report.failed for report in _reports(item))

    def _word_of(self, child: int) -> Path:
        return Path(self._words.name, str(child))

    def _last_of(self, child: int) -> str:
        """The test that a child came to; "" if to none."""
        word = self._word_of(child)
        return word.read_text() if word.exists() else ""

    def _end_one(self) -> None:
        child, status = os.wait()
        mutant = self._running.pop(child)
        code = _code(status)
        if code in {KILLED, OUT_OF_TIME}:
            self._killers[mutant.owner][self._last_of(child)] = None
        self.counts[ENDS[code]] += 1
        if code == SURVIVED:
            self.survived.append(mutant.name)
        if code in {SURVIVED, OUT_OF_TIME}:
            self.tell(f"{ENDS[code]}: {mutant.name}")


def _reports(item: pytest.Item) -> list[pytest.TestReport]:
    """Of the test alone: of what it shares with others, only the session's own stays."""
    with catch_warnings_for_item(config=item.config, ihook=item.ihook, when="runtest", item=item):
        return runtestprotocol(item, nextitem=item.session, log=False)


def _fork(work: Callable[[], int]) -> int:
    child = os.fork()
    if child:
        return child
    code = KILLED
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        code = work()
    except BaseException:  # noqa: BLE001 - a mutant may break whatever runs it
        code = KILLED
    finally:
        os._exit(code)


def _ended(child: int) -> int:
    return _code(os.waitpid(child, 0)[1])


def _code(status: int) -> int:
    if os.WIFSIGNALED(status):
        return OUT_OF_TIME if os.WTERMSIG(status) == signal.SIGALRM else KILLED
    return os.WEXITSTATUS(status)
