"""docs/coming-from.md: what its tables say of us compiles, or is a setting that there is."""

import re
from dataclasses import fields

import pytest
from django.template import engines

from capi_tracking import shortcuts, tasks
from capi_tracking.conf import PixelSettings, Settings

from .markdown import DOCS

PAGE = (DOCS / "coming-from.md").read_text()
OURS = "\n".join(line.split(" | ", 1)[1] for line in PAGE.splitlines() if re.match(r"\| .* \| ", line))
KNOWN = {
    *vars(Settings),
    *(field.name.upper() for field in fields(PixelSettings)),
    *(name for name in dir(tasks) if name.isupper()),
}


@pytest.mark.parametrize("tag", sorted(set(re.findall(r"`({% .*? %})`", OURS))))
def test_tag__compiles(tag: str) -> None:
    assert engines["django"].from_string("{% load capi_tracking %}" + tag)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z]+_?[A-Z_]+)`", OURS))))
def test_setting__exists(name: str) -> None:
    assert name in KNOWN


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(\w+)\(request, ", OURS))))
def test_shortcut__exists(name: str) -> None:
    assert name in shortcuts.__all__


def test_tables__say_something_of_ours() -> None:
    assert OURS.count("{% ") > 8
