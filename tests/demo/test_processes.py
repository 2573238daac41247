"""The demo's children: started, watched, and ended to the last one."""

import os
import subprocess
import sys
import time

import pytest

from demo_project.runner import switch
from demo_project.runner.interrupts import Interrupts
from demo_project.runner.processes import Child, Children, DemoFailed, end_with_parent
from tests.waiting import until

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {stubborn!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def make_child(tmp_path):
    def make(code, *, name="child", answers=None, **more):
        log = tmp_path / f"{name}.log"
        return Child(name, [sys.executable, "-c", code], log, answers or (lambda: b"\n" in log.read_bytes()), **more)

    return make


@pytest.fixture
def interrupts():
    return Interrupts()


@pytest.fixture
def children(tmp_path, interrupts):
    return Children(cwd=tmp_path, env={}, interrupts=interrupts)


def run(children, plan):
    with children:
        children.start(plan)
        children.watch()


def is_alive(pid):
    """A zombie that only waits for init is not alive."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_children__leave_no_grandchild_behind(children, make_child):
    child = make_child(PARENT.format(stubborn=STUBBORN))
    with children:
        children.start([child])
        pid, grandchild = child.process.pid, int(child.log.read_text())
        assert is_alive(grandchild)
    assert not is_alive(pid)
    until(lambda: not is_alive(grandchild))


def test_children__tell_the_last_words_of_one_that_died(children, make_child):
    dying = make_child("print('no space left on device'); raise SystemExit(3)", answers=lambda: False)
    with pytest.raises(DemoFailed, match=r"(?s)child ended by itself \(exit code 3\).*no space left"), children:
        children.start([dying])


def test_children__stop_the_others_when_one_dies(children, make_child):
    healthy = make_child("import os, time; print(os.getpid(), flush=True); time.sleep(60)", name="healthy")
    dying = make_child("import sys; print('up', flush=True); sys.exit(1)", name="dying")
    with pytest.raises(DemoFailed, match="dying"):
        run(children, [healthy, dying])
    assert not is_alive(int(healthy.log.read_text()))


def test_child__that_never_answers_is_reported(children, make_child):
    silent = make_child("import time; print('thinking', flush=True); time.sleep(60)", answers=lambda: False)
    with children:
        silent.start(cwd=children.cwd, env={})
        children.started.append(silent)
        until(lambda: b"thinking" in silent.log.read_bytes())
        with pytest.raises(DemoFailed, match=r"(?s)did not answer.*thinking"):
            children.wait(silent, time.monotonic())


def test_children__start_nobody_more_once_interrupted(children, make_child, interrupts):
    late = make_child(SLEEPER)
    with pytest.raises(KeyboardInterrupt), children:
        interrupts.hear()
        children.start([late])
    assert not late.log.exists()


def test_children__are_all_stopped_by_an_interrupt_during_the_start(children, make_child, interrupts):
    def interrupt():
        interrupts.hear()
        return False

    child = make_child("import os, time; print(os.getpid(), flush=True); time.sleep(60)", answers=interrupt)
    with pytest.raises(KeyboardInterrupt), children:
        child.start(cwd=children.cwd, env={})
        children.started.append(child)
        until(lambda: b"\n" in child.log.read_bytes())
        children.wait(child, time.monotonic() + 10)
    assert not is_alive(int(child.log.read_text()))


def test_children__stop_and_start_the_one_that_has_a_switch(children, make_child):
    wanted = [True]
    switched, other = make_child(SLEEPER, wanted=lambda: wanted[0]), make_child(SLEEPER, name="other")
    with children:
        children.start([switched, other])
        first, beside = switched.process.pid, other.process.pid
        wanted[0] = False
        children.look()
        children.look()
        assert switched.process is None
        assert not is_alive(first)
        wanted[0] = True
        children.look()
        assert switched.process.pid != first
        assert other.process.pid == beside
        second = switched.process.pid
    assert not is_alive(second)


def test_children__keep_what_a_child_said_before_it_was_stopped(tmp_path, make_child):
    child = make_child(SLEEPER)
    for _ in range(2):
        before = child.log.read_bytes() if child.log.exists() else b""
        child.start(cwd=tmp_path, env={})
        until(lambda said=before: child.log.read_bytes() == said + b"up\n")
        child.stop()


def test_switch__is_remembered_until_it_is_taken_back(settings, tmp_path):
    settings.DEMO_DIR = tmp_path / "not" / "there" / "yet"
    assert not switch.worker_is_stopped()
    switch.start_worker()
    switch.stop_worker()
    switch.stop_worker()
    assert switch.worker_is_stopped()
    switch.start_worker()
    assert not switch.worker_is_stopped()


def test_child__ends_when_its_parent_is_gone_before_it_could_ask(tmp_path):
    child = subprocess.run(
        [sys.executable, "-c", "print('alive')"], capture_output=True, preexec_fn=lambda: end_with_parent(os.getpid())
    )
    assert (child.returncode, child.stdout) == (1, b"")
