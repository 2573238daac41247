"""The tests of a project with django-health-check, in a process of their own: its apps are not those of this suite."""

import pytest

from tests.apart import run

pytest.importorskip("health_check")


def test_health_check__its_own_view_asks_ours():
    assert run("health_check") == "passed"
