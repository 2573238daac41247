"""The pytest fixtures. The only file that needs pytest, and a plugin of its own: nothing loads it but who names it."""

from collections.abc import Iterator

import pytest

from ..sandbox import Sandbox
from ..transports import Batch
from .surroundings import in_memory, running_sandbox


@pytest.fixture
def capi_memory() -> Iterator[list[Batch]]:
    """For the length of one test events stay in this process, and no worker is nudged: the batches that were sent."""
    with in_memory() as sent:
        yield sent


@pytest.fixture
def capi_sandbox() -> Iterator[Sandbox]:
    """A running sandbox on a free port, and the settings pointed at it for the length of one test."""
    with running_sandbox() as sandbox:
        yield sandbox
