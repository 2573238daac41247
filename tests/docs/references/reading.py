"""What classes say of their members, beside them: the text below a member, and the comment above several of them."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Member(NamedTuple):
    """``default`` is as it is written, "" where there is none; ``section`` the comment it stands below."""

    name: str
    default: str
    meaning: str
    section: str


def members(described: type) -> Iterator[Member]:
    """In their order. One that nobody describes is an error."""
    source = textwrap.dedent(inspect.getsource(described))
    body = ast.parse(source).body[0].body
    for node, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            name, default = _name(node), ast.get_source_segment(source, node.value) if node.value else ""
            yield Member(name, default, _meaning(described, name, below), _section(source, node.lineno))


def _name(node: ast.Assign | ast.AnnAssign) -> str:
    return (node.targets[0] if isinstance(node, ast.Assign) else node.target).id


def _meaning(described: type, name: str, below: ast.stmt | None) -> str:
    if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
        raise LookupError(f"write what {described.__name__}.{name} means, as a text below it")
    return " ".join(below.value.value.split())


def _section(source: str, line: int) -> str:
    return (re.findall(r"^    # (.*)", "\n".join(source.splitlines()[: line - 1]), re.MULTILINE) or [""])[-1]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table in Markdown."""
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    yield from (f"| {' | '.join(each.replace('|', chr(92) + '|') for each in row)} |" for row in rows)
    yield ""
