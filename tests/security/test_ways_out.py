"""What leaves the shop's server: to Meta's address in the settings alone, and never as something a spreadsheet would run."""

import ast
import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import capi_tracking
from capi_tracking.admin.dashboard.files import as_file
from capi_tracking.admin.dashboard.grids import Cell, Column, Grid, Kind
from capi_tracking.conf import PixelSettings
from capi_tracking.exceptions import ImproperlyTracked
from capi_tracking.metrics import Money
from capi_tracking.transports.graph import GraphTransport, events_url

FOLDER = Path(capi_tracking.__file__).parent
# What opens connections, or runs what it is given.
DANGEROUS = {"requests", "urllib.request", "urllib3", "http.client", "socket", "socketserver", "http.server", "ftplib", "smtplib", "telnetlib", "asyncio", "httpx", "aiohttp", "subprocess", "pickle", "marshal", "shelve", "yaml", "xml", "ctypes"}  # fmt: skip
ALLOWED = {
    "transports/exchange.py": {"requests", "urllib3"},
    "middleware.py": {"asyncio"},
}
TABLES = {"csv", "openpyxl", "xlsxwriter", "xlwt", "tablib"}


def imported(file: Path) -> set[str]:
    """The modules that a file names, whole and by their first word."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found | {name.partition(".")[0] for name in found}


def files() -> dict[str, set[str]]:
    """All but the sandbox, which is a server of its own and no part of a shop."""
    every = {str(file.relative_to(FOLDER)): imported(file) for file in sorted(FOLDER.rglob("*.py"))}
    return {name: found for name, found in every.items() if not name.startswith("sandbox/")}


def test_network__is_known_to_one_file_alone() -> None:
    for name, found in files().items():
        assert found & DANGEROUS <= ALLOWED.get(name, set()), name


def test_nothing__is_evaluated() -> None:
    for file in sorted(FOLDER.rglob("*.py")):
        calls = [node.func.id for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]  # fmt: skip
        assert not {"eval", "exec", "compile", "__import__"} & set(calls), file


def test_tables__that_a_spreadsheet_reads_are_written_by_one_file_alone() -> None:
    """But for the lines of an import's own file that were refused: whoever imports gets back what they gave."""
    writers = [
        name for name, found in files().items() if found & TABLES and "csv.writer(" in (FOLDER / name).read_text()
    ]
    assert writers == ["admin/dashboard/sheets.py", "importing/refused.py"]
    assert not [name for name, found in files().items() if found & (TABLES - {"csv"})]


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "|", "%", "\t", "\r", "\n", " =", "\n\t@", *"\uff1d\uff0b\uff0d\uff20"]
)
def test_table__runs_nothing_that_a_stranger_wrote(start: str) -> None:
    evil = f'{start}HYPERLINK("https://else.example","x")'
    grid = Grid(
        name="names",
        title="Names",
        columns=(Column(evil, Kind.TEXT), Column("Count"), Column("Value", Kind.MONEY)),
        rows=((Cell(evil), Cell(-5), Cell((Money(Decimal("-1.50"), "EUR"),))),),
    )
    answer = as_file(grid, "7d").getvalue().decode("utf-8-sig")
    titles, row = csv.reader(StringIO(answer))
    assert titles == [f"'{evil}", "Count", "Value, EUR"]
    assert row == [f"'{evil}", "-5", "-1.50"]


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.facebook.com",
        "http://169.254.169.254/latest",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::ffff:10.0.0.1]",
        "http://127.0.0.1@else.example",
        "http://localhost.else.example",
        "http://else.example/127.0.0.1",
        "http://else.example#@127.0.0.1",
        "http://else.example\\@127.0.0.1",
        "http://127.0.0.1\\@else.example",
        "https://graph.facebook.com@else.example",
        "https://graph.facebook.com/?x=",
        "file:///etc/passwd",
        "gopher://127.0.0.1",
        "ftp://127.0.0.1",
        "//else.example",
        "javascript:alert(1)",
        "",
    ],
)
def test_graph_url__is_https_or_this_machine(capi: Any, url: str) -> None:
    capi(GRAPH_URL=url)
    with pytest.raises(ImproperlyTracked):
        GraphTransport(PixelSettings(alias="default", pixel_id="1", access_token="t"))


@pytest.mark.parametrize(
    "text", ["../../me", "1/../../me", "1?access_token=x", "1#x", "1@else.example", "1\r\nHost: x", "%2e%2e"]
)
def test_address__leads_nowhere_else_whatever_pixel_and_version_are(capi: Any, text: str) -> None:
    capi(GRAPH_URL="https://graph.facebook.com", GRAPH_VERSION=text)
    url = events_url(PixelSettings(alias="default", pixel_id=text))
    assert url.startswith("https://graph.facebook.com/")
    assert url.endswith("/events")
    assert url.count("/") == 5
    assert not set(url.removeprefix("https://")) & set("?#@\r\n")
