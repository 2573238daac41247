"""One wheel for all that asks for it."""

import pytest

from tests.newcomer import environments, packages


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return packages.make(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory, made):
    """An environment with the wheel, and with what it needs."""
    return environments.borrowing(tmp_path_factory.mktemp("environment"), made.wheel)
