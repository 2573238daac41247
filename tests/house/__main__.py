"""The house in numbers: ``python -m tests.house``. Ours beside the models, then each room."""

import sys
from collections.abc import Sequence
from itertools import groupby

from tests.house.imports import PACKAGE, cycles, fan_in, graph
from tests.house.models import MODELS, ROWS
from tests.house.reading import File, Package, read


def main() -> None:
    package, tests = read(PACKAGE), read("tests")
    sys.stdout.write(f"{beside(package, tests)}\n\n{rooms(package)}\n")


def beside(package: Package, tests: Package) -> str:
    """A row for each measure, a column for us and for each model."""
    columns = {PACKAGE: measures(package, tests), **MODELS}
    rows = zip(ROWS, *columns.values(), strict=True)
    return table([("", *columns), *rows])


def measures(package: Package, tests: Package) -> tuple[str, ...]:
    return (
        str(len(package.files)),
        str(package.lines),
        str(len(cycles(graph()))),
        str(sum(len(function.imports) for function in package.lazy)),
        f"{package.median_lines:g}",
        f"{package.p90_lines:g}",
        percent(package.share("is_annotated")),
        percent(package.share("is_documented")),
        percent(package.comment_share),
        f"{tests.lines / package.lines:.1f}",
    )


def rooms(package: Package) -> str:
    """A row for each room, the largest first."""
    users = fan_in()
    found = [room(name, list(files), users) for name, files in groupby(package.files, key=lambda file: file.room)]
    found.sort(key=lambda row: -row[1])
    head = ("room", "lines", "files", "longest file", "longest function", "used by rooms")
    return table([head, *([str(cell) for cell in row] for row in found)])


def room(name: str, files: Sequence[File], users: dict[str, int]) -> tuple[str, int, int, int, int, int]:
    lines = [len(file.lines) for file in files]
    functions = [function.lines for file in files for function in file.functions]
    return name, sum(lines), len(files), max(lines), max(functions, default=0), users.get(name, 0)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.01 else f"{100 * share:.0f} %"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Right-aligned, the first column apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )


if __name__ == "__main__":
    main()
