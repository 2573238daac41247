"""No text makes a pattern of ours take longer than its length: by steps counted, since a clock says little."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import capi_tracking
from tests.security.work import ANCHORED, MOST, steps, texts

FOLDER = Path(capi_tracking.__file__).parent
FLAGS = {"I": re.IGNORECASE, "IGNORECASE": re.IGNORECASE, "ASCII": re.ASCII, "A": re.ASCII, "DOTALL": re.DOTALL}
METHODS = {"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
SCRIPTED = re.compile(r"""(?<=[(=,:!&|?\s])/(?![/*])((?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\\[])+)/[a-z]*(?=[.,;)\s])""")
SHORT, LONG = 32, 64
AS_LONG = 2.6  # twice the length may cost a little more than twice the steps; four times are a square


class Found(NamedTuple):
    """A pattern, where it stands, and what is done with it."""

    place: str
    pattern: re.Pattern[str]
    how: str


def modules() -> Iterator[Any]:
    """Those with a pattern; what speaks to a package that is not installed has none."""
    for file in sorted(FOLDER.rglob("*.py")):
        if re.search(r"^import re$", file.read_text(encoding="utf-8"), re.MULTILINE):
            yield importlib.import_module(
                ".".join(file.relative_to(FOLDER.parent).with_suffix("").parts).removesuffix(".__init__")
            )


def in_python() -> Iterator[Found]:
    """Every call of ``re``, whatever its pattern is made of."""
    for module in modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and is_of_re(node.func):
                how = node.func.attr if node.func.attr != "compile" else used(parents[node], tree)
                yield Found(f"{module.__name__}:{node.lineno}", compiled(node, module), how)


def used(above: ast.AST, tree: ast.AST) -> str:
    """What is done with a pattern: at once, or later under its name. "search", which takes longest, where nobody knows."""
    if isinstance(above, ast.Attribute):
        return above.attr
    name = ast.unparse(above.targets[0]) if isinstance(above, ast.Assign) else ""
    uses = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == name}
    return uses.pop() if len(uses) == 1 else "search"


def is_of_re(called: ast.expr) -> bool:
    is_ours = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re"
    return is_ours and called.attr in METHODS


def compiled(call: ast.Call, module: Any) -> re.Pattern[str]:
    """As the module itself does it: its constants are known to us as to it."""
    given = [ast.unparse(each) for each in call.args[:1]]
    flags = [word for word in FLAGS if re.search(rf"\bre\.{word}\b", ast.unparse(call))]
    text = eval(given[0], dict(vars(module)))
    return re.compile(text, re.RegexFlag(sum({FLAGS[word] for word in flags})))


def in_scripts() -> Iterator[Found]:
    for file in sorted((FOLDER / "static" / "capi_tracking").glob("*.js")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for found in SCRIPTED.finditer(line):
                yield Found(f"{file.name}:{number}", re.compile(found[1]), "search")


EVERY = [*in_python(), *in_scripts()]


def test_every_pattern__is_found() -> None:
    calls = sum(len(re.findall(r"\bre\.compile\(", file.read_text())) for file in FOLDER.rglob("*.py"))
    assert len([each for each in EVERY if each.place.startswith("capi_tracking.")]) >= calls > 40
    assert len(EVERY) - calls > 10


def worst(found: Found, size: int) -> int:
    """The most steps that a text of this length costs; ``MOST`` is enough to know."""
    most = 0
    for text in texts(found.pattern, size):
        most = max(most, steps(found.pattern, text, found.how))
        if most > MOST:
            break
    return most


@pytest.mark.parametrize("found", EVERY, ids=lambda found: found.place)
def test_pattern__takes_as_long_as_its_text_and_no_longer(found: Found) -> None:
    short, long = worst(found, SHORT), worst(found, LONG)
    assert long < MOST
    assert long <= AS_LONG * short


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (r"(?:a+)+b", "fullmatch"),
        (r"(a|a)*b", "match"),
        (r"(?:\w+\s?)*x", "search"),
        (r"\s*,", "search"),
        (r"[a-z]+[a-z0-9]*@", "fullmatch"),
    ],
)
def test_count__knows_a_pattern_that_takes_longer(text: str, how: str) -> None:
    found = Found("", re.compile(text), how)
    assert worst(found, LONG) > AS_LONG * worst(found, SHORT) or worst(found, LONG) > MOST


@pytest.mark.parametrize("how", ["fullmatch", "match", "search"])
@pytest.mark.parametrize(
    "text",
    [r"fb\.[0-9]{1,2}\.([\w-]+)(?:\.\w{2})?", r"(?:^|[^u])bot\b|x{2,}?y", r"(?=.{3}\Z)a(?!b)(c|d)+", r"(a)\1[^b]$"],
)
@pytest.mark.parametrize("said", ["fb.1.ab.cd", "a bot", "xxxxy", "acd", "abd", "aac", "aab", "", "bot"])
def test_count__matches_as_python_does(text: str, how: str, said: str) -> None:
    from tests.security.work import Engine, parser

    engine = Engine(parser.parse(text), said)
    starts = [0] if how in ANCHORED else range(len(said) + 1)
    ends = (end for start in starts for end in engine.ends(engine.tree, start))
    found = any(how != "fullmatch" or end == len(said) for end in ends)
    assert found == bool(getattr(re.compile(text), how)(said))
