"""The demo's children: started, watched, and ended to the last one."""

import subprocess
import sys
import time

import pytest

from demo_project.runner.processes import Child, Children, DemoFailed

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {stubborn!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def make_child(tmp_path):
    def make(code, *, name="child", answers=None):
        log = tmp_path / f"{name}.log"
        return Child(name, [sys.executable, "-c", code], log, answers or (lambda: b"\n" in log.read_bytes()))

    return make


@pytest.fixture
def children(tmp_path):
    return Children(cwd=tmp_path, env={})


def run(children, plan):
    with children:
        children.start(plan)
        children.watch()


def is_alive(pid):
    """A zombie that only waits for init is not alive."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def poll(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_children__leave_no_grandchild_behind(children, make_child):
    child = make_child(PARENT.format(stubborn=STUBBORN))
    with children:
        children.start([child])
        grandchild = int(child.log.read_text())
        assert is_alive(grandchild)
    assert child.process.poll() is not None
    assert poll(lambda: not is_alive(grandchild))


def test_children__tell_the_last_words_of_one_that_died(children, make_child):
    dying = make_child("print('no space left on device'); raise SystemExit(3)", answers=lambda: False)
    with pytest.raises(DemoFailed, match=r"(?s)child ended by itself \(exit code 3\).*no space left"), children:
        children.start([dying])


def test_children__stop_the_others_when_one_dies(children, make_child):
    healthy = make_child("import time; print('up', flush=True); time.sleep(60)", name="healthy")
    dying = make_child("import sys; print('up', flush=True); sys.exit(1)", name="dying")
    with pytest.raises(DemoFailed, match="dying"):
        run(children, [healthy, dying])
    assert healthy.process.poll() is not None


def test_child__that_never_answers_is_reported(make_child, tmp_path):
    silent = make_child("import time; print('thinking', flush=True); time.sleep(60)", answers=lambda: False)
    silent.start(cwd=tmp_path, env={})
    try:
        assert poll(lambda: b"thinking" in silent.log.read_bytes())
        with pytest.raises(DemoFailed, match=r"(?s)did not answer.*thinking"):
            silent.wait(time.monotonic())
    finally:
        silent.stop()
