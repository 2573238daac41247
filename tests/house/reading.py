"""What the files of a package are made of: functions, docstrings, comments, imports inside functions."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[2]

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Function:
    """One ``def``, from its first line to its last, docstring included."""

    module: str
    name: str
    lines: int
    is_annotated: bool
    is_documented: bool
    imports: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.module}.{self.name} ({self.lines} lines)"


@dataclass(frozen=True)
class File:
    path: Path
    text: str

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    @property
    def room(self) -> str:
        """What stands right below the package: a folder or a single file."""
        return self.module.split(".")[1] if "." in self.module else "(the package)"

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def functions(self) -> list[Function]:
        return [
            _function(self.module, node) for node in ast.walk(ast.parse(self.text)) if isinstance(node, AnyFunction)
        ]


@dataclass(frozen=True)
class Package:
    files: tuple[File, ...]

    @property
    def lines(self) -> int:
        return sum(len(file.lines) for file in self.files)

    @cached_property
    def functions(self) -> list[Function]:
        return [function for file in self.files for function in file.functions]

    @property
    def median_lines(self) -> float:
        return median(function.lines for function in self.functions)

    @property
    def p90_lines(self) -> float:
        return quantiles([function.lines for function in self.functions], n=10)[-1]

    @property
    def lazy(self) -> list[Function]:
        return [function for function in self.functions if function.imports]

    def share(self, attribute: str) -> float:
        """Of all functions, those of which this is true."""
        return sum(getattr(function, attribute) for function in self.functions) / len(self.functions)

    @property
    def comment_share(self) -> float:
        """Of the lines that are not blank."""
        written = [line.strip() for file in self.files for line in file.lines if line.strip()]
        return sum(line.startswith("#") for line in written) / len(written)


def read(folder: str, *, without: str = "migrations") -> Package:
    """Its Python files that hold anything, in the order of their paths."""
    paths = [path for path in sorted((ROOT / folder).rglob("*.py")) if without not in path.parts]
    files = [File(path, path.read_text(encoding="utf-8")) for path in paths]
    return Package(tuple(file for file in files if file.text.strip()))


def _function(module: str, node: AnyFunction) -> Function:
    arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    return Function(
        module=module,
        name=node.name,
        lines=(node.end_lineno or node.lineno) - node.lineno + 1,
        is_annotated=bool(node.returns)
        and all(each.annotation for each in arguments if each.arg not in {"self", "cls"}),
        is_documented=ast.get_docstring(node) is not None,
        imports=tuple(_imported(node)),
    )


def _imported(node: AnyFunction) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            yield from (each.name for each in inner.names)
        if isinstance(inner, ast.ImportFrom):
            yield "." * inner.level + (inner.module or "")
