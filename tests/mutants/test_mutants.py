"""The changes that mutation testing makes, and how they are put in."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

from capi_tracking.delivery import batches, consignment, lane
from capi_tracking.retry import ease
from tests.mutants import changes, trial
from tests.mutants.__main__ import is_named, named
from tests.mutants.rooms import ROOMS, ROOT
from tests.mutants.swapping import put_in


def made(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(changes, "ROOT", tmp_path)
    path = tmp_path / "room.py"
    path.write_text(source)
    return [mutant.name.partition(": ")[2] for mutant in changes.mutants(path)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a):\n    return a < 1", ["return a < 1 => return None", "a < 1 => a <= 1", "1 => 2"]),
        ("def f(a):\n    return not a", ["return not a => return None", "not a => a"]),
        ("def f(a):\n    if a:\n        a += g", ["if a: a += g => if not a: a += g", "a += g => pass"]),
        ("def f(a=True): ...", ["True => False"]),
        ("def f(a):\n    a.b(c=g, d=h)", ["a.b(c=g, d=h) => pass", "a.b() without c", "a.b() without d"]),
        ("LEAST = 3\nWORDS = 'a b'", ["3 => 4"]),
        ("LEAST = 3\nMOST = LEAST + g", ["LEAST + g => LEAST - g"]),
        ('def f():\n    """Why."""\n    logger.info("x")\n    raise ValueError("x")', []),
    ],
)
def test_mutants__are_small_changes_of_rules_and_none_of_words(source, expected, tmp_path, monkeypatch):
    assert made(source, tmp_path, monkeypatch) == expected


def test_mutants__of_one_kind_in_one_function_have_names_of_their_own(tmp_path, monkeypatch):
    names = made("def f(a):\n    a(1)\n    a(1)", tmp_path, monkeypatch)
    assert len(set(names)) == len(names)


def test_rooms__and_their_tests_are_there():
    for room in ROOMS.values():
        assert room.files
        assert all(path.is_file() for path in room.files)
        assert [each for each in room.tests if not (ROOT / "tests" / each).exists()] == []


def test_survivors__name_places_that_are_there():
    for name in named():
        path, owner = name.partition(": ")[0].split(" ")
        tree = ast.parse((ROOT / path).read_text())
        assert owner == "-" or owner.split(".")[-1] in {getattr(node, "name", "") for node in ast.walk(tree)}, name


@pytest.mark.parametrize(
    ("known", "expected"),
    [({"a.py f: 1 => 2"}, True), ({"a.py f: *"}, True), ({"a.py f: 1"}, False), ({"a.py g: *"}, False)],
)
def test_is_named__by_itself_or_by_its_whole_function(known, expected):
    assert is_named("a.py f: 1 => 2", known) is expected


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_trial__ends_a_test_that_does_not_end_and_names_it(monkeypatch: pytest.MonkeyPatch):
    def never_ends(item: object) -> None:
        while True:
            pass

    monkeypatch.setattr(trial, "_reports", never_ends)
    monkeypatch.setattr(trial, "PATIENCE", 0.1)
    judge = trial.Trial([], at_once=1, tell=print)
    judge._seconds["endless"] = 0
    child = trial._fork(lambda: judge._tried([SimpleNamespace(nodeid="endless")]))
    assert trial._ended(child) == trial.KILLED
    assert judge._last_of(child) == "endless"
    judge.pytest_unconfigure()


def test_put_in__changes_a_function_for_all_who_imported_it(monkeypatch):
    monkeypatch.setattr(ease, "__code__", ease.__code__)  # it is put back
    path = ROOT / "capi_tracking/retry.py"
    mutant = next(
        each for each in changes.mutants(path) if each.name.endswith("usage < EASE_FROM => usage <= EASE_FROM")
    )
    assert lane.ease(80) is not None
    assert put_in(mutant)
    assert lane.ease(80) is None


def test_put_in__changes_a_modules_value_for_all_who_imported_it(monkeypatch):
    monkeypatch.setattr(batches, "PATIENCE", 3)
    monkeypatch.setattr(consignment, "PATIENCE", 3)
    mutant = next(
        each for each in changes.mutants(ROOT / "capi_tracking/delivery/batches.py") if each.name.endswith("3 => 4")
    )
    assert put_in(mutant)
    assert (batches.PATIENCE, consignment.PATIENCE) == (4, 4)
