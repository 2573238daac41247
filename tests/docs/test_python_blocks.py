"""Blocks of Python are run, and what they only define is held to what this app really has."""

import ast
import inspect
import re
from dataclasses import fields, is_dataclass
from pkgutil import resolve_name

import django
import pytest
from django.template import engines

from capi_tracking import checks, orders
from capi_tracking.checks.catalogue import CATALOGUE
from capi_tracking.orders import ModelOrderAdapter
from capi_tracking.orders.adapters.protocol import ItemAdapter
from capi_tracking.testing import Sandbox

from .markdown import PAGES, ROOT, blocks
from .surroundings import surroundings

ELSEWHERE = {  # whole projects, which these run
    "recipes.md": "tests/project/test_recipes.py",
    "ten-minutes.md": "tests/project/test_recipes.py",
    "CONTRIBUTING.md": "tests/project/test_recipes.py",
    "testing.md": "tests/testing/test_testing.py",
    "oscar.md": "tests/oscar/test_docs.py",
}
NEWER = {"django.utils.csp": (6, 0)}
BLOCKS = [block for page in PAGES if page.name not in ELSEWHERE for block in blocks(page) if block.language == "python"]
each_block = pytest.mark.parametrize("block", BLOCKS, ids=str)


@pytest.fixture
def run(db, settings):
    """Run a block among its surroundings; what it registers is forgotten afterwards."""
    before = dict(orders.registered())

    def execute(text):
        names = surroundings(sandbox)
        exec(compile(text, "block", "exec"), names)
        settings.CAPI_TRACKING = names["CAPI_TRACKING"]
        return names

    with Sandbox() as sandbox:
        yield execute
    for model in dict(orders.registered()).keys() - before.keys():
        orders.unregister(model)


def complaints(text, names):
    """What this app has against a block that was run."""
    yield from (f"{message.id} {message.msg}" for check in checks.CHECKS for message in check() if is_of_block(message))
    yield from unknown_paths(text, names)
    yield from unknown_hooks(names)
    yield from unknown_keywords(text, names)


def is_of_block(message):
    """The suite's own project lacks some of what the checks of a project want."""
    return message.id.split(".")[1][1] in "015"


def unknown_paths(text, names):
    """Apps and middleware of the project, and each dotted path of ours that the block writes as a string."""
    strings = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    ours = {value for value in strings if isinstance(value, str) and re.fullmatch(r"capi_tracking(\.\w+)+", value)}
    named = ours.union(names["INSTALLED_APPS"], names["MIDDLEWARE"])
    yield from (f"there is no {path}" for path in named if not leads_somewhere(path))


def leads_somewhere(path):
    """To a check, to what can be imported, or into contrib, which is read: it loads only beside the foreign package."""
    if path.removeprefix("capi_tracking.") in {finding.id for finding in CATALOGUE}:
        return True
    if path.startswith("capi_tracking.contrib."):
        module, _, name = path.rpartition(".")
        file = ROOT / f"{module.replace('.', '/')}.py"
        return file.exists() and re.search(rf"^class {name}\b", file.read_text(), re.MULTILINE)
    try:
        return resolve_name(path)
    except (ImportError, AttributeError):
        return False


def unknown_hooks(names):
    """What an adapter says that none is asked for."""
    for value in list(names.values()):
        if isinstance(value, type) and issubclass(value, ItemAdapter) and value.__module__ == names["__name__"]:
            own = [name for name in vars(value) if not name.startswith("__")]
            yield from (f"{value.__name__}.{name}" for name in own if not hasattr(value.__base__, name))
        elif inspect.isfunction(value) and [*inspect.signature(value).parameters][:1] == ["self"]:
            hook = getattr(ModelOrderAdapter, value.__name__, None)
            if hook is None or (callable(hook) and len(inspect.signature(hook).parameters) != arity(value)):
                yield f"{value.__name__}() is asked of no adapter"


def arity(function):
    return len(inspect.signature(function).parameters)


def unknown_keywords(text, names):
    """Keywords that a function or value of ours does not take, wherever the block calls it."""
    for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        called = names.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if getattr(called, "__module__", "").startswith("capi_tracking"):
            yield from (f"{call.func.id}({each.arg}=)" for each in call.keywords if each.arg not in taken(called))


def taken(called):
    if is_dataclass(called):
        return {field.name for field in fields(called)}
    parameters = inspect.signature(called).parameters
    return parameters if not any(each.kind == each.VAR_KEYWORD for each in parameters.values()) else Everything()


class Everything:
    def __contains__(self, name):
        return True


@each_block
def test_block__runs_and_says_nothing_unknown(block, run):
    if any(module in block.text and version > django.VERSION for module, version in NEWER.items()):
        compile(block.text, str(block), "exec")
        return
    names = run(block.text)
    assert list(complaints(block.text, names)) == []


@pytest.mark.parametrize(
    "text",
    [
        'CAPI_TRACKING["BATCHSIZE"] = 5',
        'CAPI_TRACKING["BATCH_SIZE"] = "5"',
        'CAPI_TRACKING = {"PIXELS": {"default": {"TOKEN": "x"}}}',
        'INSTALLED_APPS += ["capi_trackin"]',
        'MIDDLEWARE += ["capi_tracking.middleware.Gone"]',
        'MIDDLEWARE += ["capi_tracking.contrib.cookie_consent.Gone"]',
        'MIDDLEWARE += ["capi_tracking.contrib.cookies.CookieConsentMiddleware"]',
        'SILENCED_SYSTEM_CHECKS = ["capi_tracking.W999"]',
        'transport = "capi_tracking.transports.local.Gone"',
        "def net_revenues(self, order):\n    return 1",
        "def net_revenue(self):\n    return 1",
        'class Shop(ModelOrderAdapter):\n    paid_whenever = {"status": "paid"}',
        '@register(Enquiry, event="Lead")\nclass Lead(ModelEventAdapter):\n    happened_at = "gone"',
        "from capi_tracking.consent import Consent\ndef late():\n    return Consent(gone=1)",
    ],
)
def test_block__that_is_wrong_is_found_out(text, run):
    names = run(text)
    assert list(complaints(text, names)) != []


def test_blocks__of_whole_projects_are_left_to_tests_that_there_are():
    assert [test for test in ELSEWHERE.values() if not (ROOT / test).exists()] == []


def test_jinja__the_page_sets_it_up(run, settings):
    """Its settings make an engine, and its block of tags is a template there."""
    (page,) = (page for page in PAGES if page.name == "pages.md")
    (written,) = (block.text for block in blocks(page) if block.language == "python" and "TEMPLATES" in block.text)
    settings.TEMPLATES = [{**each, "NAME": "jinja"} for each in run(written)["TEMPLATES"]]
    (tags,) = (block.text for block in blocks(page) if block.language == "jinja")
    assert engines["jinja"].from_string(tags)
