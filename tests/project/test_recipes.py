"""What the docs tell a shop to write works as it stands there."""

import os
import re
import subprocess

import pytest

from tests.apart import PYTEST
from tests.project.recipes import DOCS, FILE, files_of, recipes, write

ROOT = DOCS.parent
RUN = [*PYTEST, "-W", "error", "-c", os.devnull, "--ds=settings"]


@pytest.mark.parametrize("name", recipes())
def test_recipe__does_what_its_own_test_says(name, tmp_path):
    write(name, tmp_path)
    wanted = len(re.findall(r"def test_", files_of(recipes()[name])["shop/tests.py"]))
    where = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [*RUN, "--rootdir", str(tmp_path), "shop/tests.py", "test_checks.py"]
    done = subprocess.run(command, cwd=tmp_path, env=where, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{wanted + 1} passed" in done.stdout


@pytest.mark.parametrize("name", recipes())
def test_recipe__has_an_adapter_of_under_fifteen_lines(name):
    adapter = files_of(recipes()[name])["shop/capi.py"].partition("@register")[2].partition("\n\n\n")[0]
    assert len([line for line in adapter.splitlines() if line.strip()]) < 15


def test_recipes__run_every_block_that_they_show():
    for page in (DOCS / "ten-minutes.md", DOCS / "recipes.md", ROOT / "CONTRIBUTING.md"):
        text = page.read_text()
        assert len(FILE.findall(text)) == len(re.findall(r"^ *```(?:python|django)", text, re.MULTILINE)), page


def test_guide__has_an_adapter_of_under_fifteen_lines():
    adapter = files_of(recipes()["ten_minutes"])["shop/capi.py"]
    assert len([line for line in adapter.splitlines() if line.strip()]) < 15
