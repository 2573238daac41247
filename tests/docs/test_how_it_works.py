"""docs/how-it-works.md: its drawing has the rooms of ``setup.cfg``, and what it names exists."""

import re
from configparser import ConfigParser
from pkgutil import resolve_name

import pytest

from .markdown import DOCS, ROOT

PAGE = (DOCS / "how-it-works.md").read_text()
SCRIPTS = ROOT / "capi_tracking" / "static" / "capi_tracking"


def layers() -> list[set[str]]:
    """The rooms of ``setup.cfg``, the highest row first."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    return [set(re.findall(r"\w+", row)) for row in config["importlinter:contract:layers"]["layers"].split("\n") if row]


def drawn() -> list[set[str]]:
    """The rooms of the drawing: what stands in its second column, between two lines."""
    table = PAGE.partition("## The rooms")[2].partition("┬")[2].partition("┘")[0]
    rows = [re.findall(r"^│[^│]*│([^│]*)│$", row, re.MULTILINE) for row in table.split("├")]
    return [set(" ".join(lines).split()) for lines in rows]


def named() -> list[str]:
    rooms = set().union(*layers())
    return [name for name in re.findall(r"`(\w+\.[\w.]+)`", PAGE) if name.split(".")[0] in rooms]


def functions() -> list[tuple[str, str]]:
    """The script's functions that the page names, with their file."""
    cells = re.findall(r"((?:`\w+\(\)`(?:, | and )?)+) of `([\w-]+\.js)`", PAGE)
    return [(name, file) for names, file in cells for name in re.findall(r"`(\w+)\(\)`", names)]


def test_drawing__has_the_rooms_of_setup_cfg_row_by_row() -> None:
    assert drawn() == layers()


@pytest.mark.parametrize("name", named())
def test_page__names_what_exists(name: str) -> None:
    assert resolve_name(f"capi_tracking.{name}")


@pytest.mark.parametrize(("name", "file"), functions())
def test_page__names_functions_that_the_script_has(name: str, file: str) -> None:
    assert re.search(rf"(function {name}\(|const {name} = )", (SCRIPTS / file).read_text())


def test_page__names_enough_to_be_followed() -> None:
    assert len(named()) > 25
    assert len(functions()) > 8
