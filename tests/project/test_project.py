"""The project as a whole: what is packaged, what the README promises."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "capi_tracking", source / "capi_tracking", ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    return zipfile.ZipFile(next(target.glob("*.whl")))


def tracked(pattern: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / "capi_tracking").glob(pattern) if path.is_file()}


@pytest.mark.parametrize(
    "pattern", ["templates/**/*", "static/**/*", "migrations/*.py", "sandbox/assets/*", "py.typed", "**/*.py"]
)
def test_wheel__holds_everything_that_the_app_needs(wheel, pattern):
    expected = tracked(pattern)
    assert expected
    assert expected <= set(wheel.namelist())


def test_wheel__holds_nothing_but_the_app(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"capi_tracking"}


@pytest.mark.django_db
def test_migrations__none_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_readme__names_both_commands_whole():
    commands = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert any("requirements.txt" in text and "manage.py demo" in text for text in commands)
    assert any("[dev]" in text and "-m pytest" in text for text in commands)


def test_docs__name_no_folder_that_is_outside_the_clone():
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    found = [(page.name, folder) for page in pages for folder in re.findall(r"=(/(?:tmp|home)\S*)", page.read_text())]
    assert found == []
