"""The threat model names tests, and all of them exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not re.match(r"\| Wants? to \|", line)]


def functions(file: Path) -> set[str]:
    return {
        node.name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_named_test__exists(file: str, name: str) -> None:
    assert name in functions(ROOT / file)


@pytest.mark.parametrize("row", ROWS)
def test_row__names_a_threat_a_defence_and_a_test(row: str) -> None:
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 3
    assert all(cells)
    assert re.fullmatch(r"`tests/[\w/]+\.py::test_\w+`", cells[2])


def test_every_file_of_this_room__is_named() -> None:
    here = {f"tests/security/{file.name}" for file in Path(__file__).parent.glob("test_*.py")} - {
        f"tests/security/{Path(__file__).name}"
    }
    assert here <= {file for file, _ in NAMED}


@pytest.mark.parametrize("who", ["visitor", "bot", "other site", "Staff", "stolen dump", "Meta's place"])
def test_page__knows_each_of_them(who: str) -> None:
    headings = [line for line in PAGE.splitlines() if line.startswith("## ")]
    assert any(who.removeprefix("other ").lower() in line.lower() for line in headings)
