"""What is published: all that the app needs and nothing else, the same by way of the sdist."""

import tarfile
import zipfile

import pytest

from tests.newcomer import packages
from tests.newcomer.__main__ import BRINGS
from tests.newcomer.packages import ROOT

OF_THE_BUILD = ("RECORD", "WHEEL")  # say when and by what


def contents(wheel):
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist() if not name.endswith(OF_THE_BUILD)}


def tracked(pattern):
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / "capi_tracking").glob(pattern) if path.is_file()}


@pytest.mark.parametrize(
    "pattern",
    ["templates/**/*", "static/**/*", "locale/**/*.mo", "migrations/*.py", "sandbox/assets/*", "py.typed", "**/*.py"],
)
def test_wheel__holds_everything_that_the_app_needs(made, pattern):
    expected = tracked(pattern)
    assert expected
    assert expected <= set(contents(made.wheel))


def test_wheel__holds_nothing_but_the_app(made):
    tops = {name.split("/")[0] for name in contents(made.wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"capi_tracking"}


def test_sdist__makes_the_wheel_that_the_source_makes(made, tmp_path):
    packages.build(made.source, tmp_path, "--wheel")
    assert contents(next(tmp_path.glob("*.whl"))) == contents(made.wheel)


def test_sdist__holds_neither_tests_nor_demo(made):
    with tarfile.open(made.sdist) as opened:
        tops = {name.split("/")[1] for name in opened.getnames() if "/" in name}
    assert tops & {"tests", "demo_project", ".ci"} == set()
    assert {"capi_tracking", "LICENSE", "README.md", "setup.cfg", "pyproject.toml"} <= tops


def test_wheel__is_what_an_environment_imports(installed):
    code = "import capi_tracking, importlib.metadata as m; print(capi_tracking.__file__, m.version('django-capi-tracking'))"
    path, version = installed.run("python", "-c", code).split()
    assert path.startswith(str(installed.site))
    assert version == __import__("capi_tracking").__version__


def test_extras__for_shops_are_known(made):
    metadata = next(text for name, text in contents(made.wheel).items() if name.endswith("METADATA")).decode()
    offered = {line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Provides-Extra")}
    assert offered == {*BRINGS, "dev", "docs"}
