"""The project as a whole: what its migrations hold, what the README promises."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


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
