"""The gate that reads coverage's report."""

import json
from collections.abc import Sequence

import pytest

from tests import branches
from tests.mutants.rooms import ROOMS, ROOT


def summary(covered: int, missing: Sequence[Sequence[int]] = (), lines: Sequence[int] = ()) -> dict:
    counts = {"covered_branches": covered, "num_branches": covered + len(missing)}
    return {"summary": counts, "missing_lines": lines, "missing_branches": missing}


@pytest.fixture
def files() -> dict:
    """A report with all branches of the rooms, and of one other file."""
    names = [str(path.relative_to(ROOT)) for room in ROOMS.values() for path in room.files]
    return dict.fromkeys([*names, "capi_tracking/htmx.py"], summary(10))


def test_faults__none_where_all_are_taken(files):
    assert list(branches.faults(files)) == []


def test_faults__elsewhere_are_allowed_up_to_five_percent(files):
    total = 10 * len(files)
    files["capi_tracking/csp.py"] = summary(0, [[1, 2]] * (total // 19))
    assert list(branches.faults(files)) == []
    files["capi_tracking/csp.py"] = summary(0, [[1, 2]] * (total // 19 + 1))
    (fault,) = branches.faults(files)
    assert "of all branches, not 95 %" in fault


def test_faults__of_a_room_are_named_one_by_one(files):
    files["capi_tracking/retry.py"] = summary(10, [[7, 9], [7, -3]], [8])
    assert list(branches.faults(files)) == [
        "capi_tracking/retry.py:8 is never run",
        "capi_tracking/retry.py:7 never goes on to 9",
        "capi_tracking/retry.py:7 never goes on to its end",
    ]


def test_faults__a_room_that_was_not_measured_is_one(files):
    del files["capi_tracking/retry.py"]
    assert list(branches.faults(files)) == ["capi_tracking/retry.py is not in the report"]


@pytest.mark.parametrize(("lines", "status"), [([], 0), ([3], 1)])
def test_main__fails_for_a_fault(files, tmp_path, capsys, lines, status):
    files["capi_tracking/retry.py"] = summary(10, lines=lines)
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"files": files}))
    assert branches.main(str(report)) == status
    assert "100.00 % of all branches are taken" in capsys.readouterr().out
