"""How the suite is shared out: what belongs together stays together, and one test needs nobody else."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.workers import MOST_WORKERS, TOGETHER, pytest_xdist_auto_num_workers, scope_of

ROOT = Path(__file__).resolve().parents[2]


def workers(*args: str, keyword: str = "") -> int:
    config = SimpleNamespace(args=args, option=SimpleNamespace(keyword=keyword))
    return pytest_xdist_auto_num_workers(config)


@pytest.mark.parametrize("file", TOGETHER)
def test_together__names_files_that_are_there(file):
    assert (ROOT / file).is_file()


def test_sharing__keeps_what_takes_long_to_begin_in_one_process():
    walk, events = (f"tests/browser/test_demo_{name}.py::test_x[a::b]" for name in ("walk", "events"))
    assert scope_of(walk) == scope_of(events)
    assert scope_of("tests/test_retry.py::test_x") != scope_of("tests/test_retry.py::test_y")


def test_workers__are_one_more_than_the_processors_for_everything_and_none_for_what_is_picked():
    assert workers("tests") == workers("tests/demo", "tests/checks") == min(os.cpu_count() + 1, MOST_WORKERS)
    assert workers("tests/test_retry.py") == workers("tests", "tests/test_retry.py::test_x") == 0
    assert workers("tests", keyword="claim") == 0
