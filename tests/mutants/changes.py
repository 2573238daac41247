"""The changes: small ones, each of which a test of the rule should notice."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path
from types import CodeType
from typing import Any

from .rooms import ROOT

_COMPARED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_REACHED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_UNCHANGED = {"annotation", "returns", "decorator_list", "ctx", "ops", "op"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node hangs in the tree, and in which function and statement."""

    parent: ast.AST
    field: str
    index: int | None
    owner: str  # "Consignment.work"; "" at a module's or a class's level
    statement: ast.stmt

    def put(self, node: ast.AST | None) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. ``name`` does not depend on the lines above it."""

    name: str
    path: Path
    owner: str
    lines: range
    code: CodeType
    statement: ast.stmt  # as changed, valid while its mutant is the current one


def mutants(path: Path) -> Iterator[Mutant]:
    tree = ast.parse(path.read_text())
    seen = Counter[str]()
    passed_on = _passed_on(tree)
    for place, old in list(_places(tree, "", None)):
        if place.owner.endswith(".") or (not place.owner and _names(place.statement) & passed_on):
            continue
        if not place.owner and _is_text(old):
            continue
        for new in _changed(old):
            ast.copy_location(new, old)
            name = _name(path, place, old, new)
            seen[name] += 1
            place.put(new)
            yield Mutant(
                name if seen[name] == 1 else f"{name} ({seen[name]})",
                path,
                place.owner,
                range(place.statement.lineno, _head_end(place.statement) + 1),
                compile(ast.fix_missing_locations(tree), str(path), "exec"),
                place.statement,
            )
            place.put(old)


def _passed_on(tree: ast.Module) -> set[str]:
    """Names of values that others are made of at import: a change would come too late."""
    values = [node for node in tree.body if not isinstance(node, _FUNCTIONS)]
    return {each.id for node in values for each in ast.walk(node) if isinstance(each, ast.Name) and _is_read(each)}


def _is_text(node: ast.AST) -> bool:
    """A module's texts are tables and patterns: data, which a test would only repeat."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _names(statement: ast.stmt) -> set[str]:
    """What a module's own assignment names; nothing for other statements."""
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return {
        each.id for target in targets if target is not None for each in ast.walk(target) if isinstance(each, ast.Name)
    }


def _name(path: Path, place: Place, old: ast.AST, new: ast.AST) -> str:
    return f"{path.relative_to(ROOT)} {place.owner or '-'}: {_difference(old, new)}"


def _difference(old: ast.AST, new: ast.AST) -> str:
    if isinstance(old, ast.Call) and isinstance(new, ast.Call):
        gone = {each.arg for each in old.keywords} - {each.arg for each in new.keywords}
        return f"{ast.unparse(old.func)}() without {gone.pop()}"
    return " => ".join(" ".join(ast.unparse(node).split()) for node in (old, new))


def _head_end(statement: ast.stmt) -> int:
    """A compound statement is met where its body is not; what a default is for, its function's lines tell."""
    body = None if isinstance(statement, _FUNCTIONS) else getattr(statement, "body", None)
    return max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno or statement.lineno


def _places(node: ast.AST, owner: str, statement: ast.stmt | None) -> Iterator[tuple[Place, ast.AST]]:
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if field in _UNCHANGED or not isinstance(child, ast.AST) or _is_prose(child):
                continue
            inside = child if isinstance(child, ast.stmt) else statement
            if inside is not None:
                yield Place(node, field, index if isinstance(value, list) else None, owner, inside), child
            yield from _places(child, _owner(child, owner), inside)


def _owner(node: ast.AST, owner: str) -> str:
    """The outermost function, whose code holds that of the inner ones; a class's name until one comes."""
    if isinstance(node, ast.ClassDef):
        return f"{node.name}."
    is_outermost = owner == "" or owner.endswith(".")
    return owner + node.name if isinstance(node, _FUNCTIONS) and is_outermost else owner


def _is_prose(node: ast.AST) -> bool:
    """What people read, and what types are: docstrings, logs, messages of errors, imports."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Raise() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="logger")))):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "logger")]):
            return True
    return False


@singledispatch
def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    yield from ()


@_changed.register
def _(node: ast.Compare) -> Iterator[ast.AST]:
    for index, op in enumerate(node.ops):
        changed = [*node.ops[:index], _COMPARED[type(op)](), *node.ops[index + 1 :]]
        yield ast.Compare(node.left, changed, node.comparators)


@_changed.register
def _(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for index in range(len(node.values)):
        others = [*node.values[:index], *node.values[index + 1 :]]
        yield others[0] if len(others) == 1 else ast.BoolOp(node.op, others)


@_changed.register
def _(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


@_changed.register
def _(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _REACHED:
        yield ast.BinOp(node.left, _REACHED[type(node.op)](), node.right)


@_changed.register
def _(node: ast.Constant) -> Iterator[ast.AST]:
    value: Any = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant("" if value else "XX")


@_changed.register
def _(node: ast.If) -> Iterator[ast.AST]:
    if isinstance(node.test, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


@_changed.register
def _(node: ast.IfExp) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


@_changed.register
def _(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield ast.Return(ast.Constant(None))


@_changed.register
def _(node: ast.Expr) -> Iterator[ast.AST]:
    if isinstance(node.value, ast.Call):
        yield ast.Pass()


@_changed.register
def _(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Pass()


@_changed.register
def _(node: ast.Continue) -> Iterator[ast.AST]:
    yield ast.Break()


@_changed.register
def _(node: ast.Break) -> Iterator[ast.AST]:
    yield ast.Continue()


@_changed.register
def _(node: ast.Call) -> Iterator[ast.AST]:
    """Without one of its arguments by name."""
    for index, each in enumerate(node.keywords):
        if each.arg not in {None, "extra"}:
            yield ast.Call(node.func, node.args, [*node.keywords[:index], *node.keywords[index + 1 :]])
