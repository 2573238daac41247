"""Meta played by the sandbox over real HTTP, which may be told to say anything."""

from tests.failures.conftest import meta  # noqa: F401 - pytest finds it
