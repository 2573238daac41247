"""Ctrl-C and its relatives at every moment of a demo's life: nobody is left, and the next start finds all in order."""

import signal
import sqlite3
from contextlib import closing, suppress

import pytest

from demo_project.runner.interrupts import Interrupts
from tests.demo.running import RUNNING, Demo


def test_interrupts__are_raised_once():
    interrupts = Interrupts()
    with pytest.raises(KeyboardInterrupt):
        interrupts.hear()
    interrupts.hear()


def test_interrupts__wait_while_they_are_held():
    interrupts = Interrupts()
    interrupts.hold()
    interrupts.hear()
    with pytest.raises(KeyboardInterrupt):
        interrupts.check()


def test_interrupts__that_a_library_swallowed_come_back():
    interrupts = Interrupts()
    with suppress(KeyboardInterrupt):
        interrupts.hear()
    with pytest.raises(KeyboardInterrupt):
        interrupts.check()


def test_interrupts__leave_the_signals_as_they_were():
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with Interrupts() as interrupts:
        assert signal.getsignal(signal.SIGTERM) == interrupts.hear
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_interrupts__keep_ignoring_what_was_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


MOMENTS = [
    ("Preparing", [signal.SIGINT]),
    ("Telling", [signal.SIGTERM]),
    ("Telling", [signal.SIGINT, signal.SIGINT]),
    ("Starting", [signal.SIGINT]),
    (RUNNING, [signal.SIGHUP]),
    (RUNNING, [signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP]),
]


@pytest.mark.demo
def test_demo__leaves_nobody_behind_at_any_moment_and_starts_again(tmp_path):
    """Each start finds what the interrupted one before it left."""
    for words, numbers in MOMENTS:
        with Demo(tmp_path / "demo") as demo:
            demo.wait_for(words)
            for number in numbers:
                demo.signal(number)
            demo.end()
            assert "Everything is stopped." in demo.lines()[-1], (words, demo.output)
            assert "Traceback" not in demo.output
    with Demo(tmp_path / "demo") as demo:
        demo.wait_for(RUNNING)
        assert is_whole(demo)


@pytest.mark.demo
def test_demo__that_is_killed_takes_its_children_along(tmp_path):
    with Demo(tmp_path / "demo", "--no-story") as demo:
        demo.wait_for(RUNNING)
        assert len(demo.left_behind()) >= 4
        demo.signal(signal.SIGKILL)
        assert demo.end() == -signal.SIGKILL


def is_whole(demo: Demo) -> bool:
    """The file is sound, and the story is in it once."""
    with closing(sqlite3.connect(demo.folder / "shop.sqlite3", timeout=20)) as database, database:
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
        (chapters,) = database.execute("SELECT COUNT(*) FROM story_chapter").fetchone()
    return (sound, chapters) == ("ok", 3)
