"""What the house is held to: short functions, short files, no circle, each late import for a reason."""

import pytest
from grimp import ImportGraph

from tests.house.__main__ import beside, rooms
from tests.house.imports import PACKAGE, cycles, graph, sides
from tests.house.models import MODELS, ROWS
from tests.house.reading import ROOT, File, Package, read

LONGEST_FUNCTION = 40
LONGEST_FILE = 400
LATE = {"capi_tracking.apps.ready": "models can't be imported before the app registry is full"}


@pytest.fixture(scope="module")
def package() -> Package:
    return read(PACKAGE)


@pytest.fixture(scope="module")
def demo() -> Package:
    return read("demo_project")


def test_functions__are_short(package):
    assert package.median_lines <= 10
    assert package.p90_lines < 35


def test_functions__none_is_long(package, demo):
    assert [str(each) for each in package.functions + demo.functions if each.lines > LONGEST_FUNCTION] == []


def test_files__none_is_long(package, demo):
    assert [file.module for file in package.files + demo.files if len(file.lines) > LONGEST_FILE] == []


def test_imports__run_in_no_circle():
    assert cycles(graph()) == []


def test_folders__import_from_each_other_in_no_circle():
    found = {folder: cycles(inside) for folder, inside in sides(graph()).items()}
    assert {folder: circles for folder, circles in found.items() if circles} == {}


def test_sides__of_a_folder_are_its_folders_and_files():
    imports = ImportGraph()
    for importer, imported in (("p.a.x", "p.b.y"), ("p.b.y", "p.c"), ("p.c", "p.a"), ("p.a", "p.a.x")):
        imports.add_import(importer=importer, imported=imported)
    assert [cycles(inside) for inside in sides(imports).values()] == [[{"a", "b", "c"}]]


def test_cycles__each_is_found_whole_and_what_only_leads_there_is_not():
    imports = ImportGraph()
    for importer, imported in ("ab", "bc", "ca", "xa", "cy", "de", "ed"):
        imports.add_import(importer=importer, imported=imported)
    assert cycles(imports) == [{"a", "b", "c"}, {"d", "e"}]


def test_imports__stand_at_the_top_but_for_a_reason(package):
    assert {f"{each.module}.{each.name}" for each in package.lazy} == set(LATE)


def test_functions__are_annotated(package):
    assert [str(each) for each in package.functions if not each.is_annotated] == []


def test_tests__are_as_long_as_the_code(package):
    assert read("tests").lines >= package.lines


def test_tests__at_the_top_are_where_the_package_has_what_they_speak_of():
    loose = {path.stem.removeprefix("test_") for path in (ROOT / "tests").glob("test_*.py")}
    assert loose <= {path.stem for path in (ROOT / PACKAGE).glob("*.py")}


def test_table__has_a_cell_for_each_model_and_measure(package):
    lines = beside(package, read("tests")).splitlines()
    assert lines[0].split() == [PACKAGE, *MODELS]
    assert len(lines) == len(ROWS) + 1


def test_rooms__each_has_a_row(package):
    lines = rooms(package).splitlines()[1:]
    assert {line.split()[0] for line in lines if not line.startswith("(")} == {
        path.stem for path in (ROOT / PACKAGE).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"__init__", "migrations"}


def test_function__is_measured_with_its_docstring():
    text = 'def f(a: int) -> int:\n    """Says."""\n    import os\n    return a\n'
    [found] = File(ROOT / "x.py", text).functions
    assert (found.lines, found.is_documented, found.is_annotated, found.imports) == (4, True, True, ("os",))
