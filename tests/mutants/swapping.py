"""Puts a mutant's code into functions that are loaded, wherever they were imported."""

import ast
import functools
import inspect
import sys
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .changes import Mutant
from .rooms import ROOT


def module_of(mutant: Mutant) -> ModuleType:
    parts = mutant.path.relative_to(ROOT).with_suffix("").parts
    return sys.modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)]


def put_in(mutant: Mutant) -> bool:
    """Whether the mutant could be put in: values of a class's body, once made, can't."""
    module = module_of(mutant)
    if mutant.owner and not mutant.owner.endswith("."):
        return _put_function(module, mutant)
    return _put_value(module, mutant.statement) if not mutant.owner else False


def _put_function(module: ModuleType, mutant: Mutant) -> bool:
    found: Any = module
    for name in mutant.owner.split("."):
        found = vars(found)[name]
    function = _plain(found)
    if isinstance(mutant.statement, ast.FunctionDef):  # a default
        return _put_defaults(module, function, mutant.statement.args)
    code = _code_named(mutant.code, mutant.owner)
    assert code is not None, mutant.name
    function.__code__ = code
    return True


def _plain(found: Any) -> FunctionType:
    if isinstance(found, property):
        found = found.fget
    if isinstance(found, functools.cached_property):
        found = found.func
    return inspect.unwrap(getattr(found, "__func__", found))


def _put_defaults(module: ModuleType, function: FunctionType, args: ast.arguments) -> bool:
    function.__defaults__ = tuple(_value(module, each) for each in args.defaults)
    named = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    function.__kwdefaults__ = {each.arg: _value(module, node) for each, node in named if node is not None}
    return True


def _code_named(code: CodeType, name: str) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == name:
                return constant
            if name.startswith(f"{constant.co_qualname}."):
                return _code_named(constant, name)
    return None


def _put_value(module: ModuleType, statement: ast.stmt) -> bool:
    """A module's own value, in all modules that imported it by its name."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
    names = [each.id for each in getattr(target, "elts", [target]) if isinstance(each, ast.Name)]
    value = _value(module, statement.value)
    for name, new in zip(names, value if len(names) > 1 else [value], strict=True):
        _rebind(name, vars(module)[name], new)
    return True


def _rebind(name: str, old: Any, new: Any) -> None:
    for each in list(sys.modules.values()):
        if vars(each).get(name) is old:
            setattr(each, name, new)


def _value(module: ModuleType, node: ast.expr) -> Any:
    return eval(compile(ast.Expression(node), "<mutant>", "eval"), vars(module))
