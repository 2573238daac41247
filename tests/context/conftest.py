"""A visitor who asks for a page."""

import pytest


@pytest.fixture
def ask(rf):
    def asked(url="/", *, cookies="", address="203.0.114.9", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        extra = {"HTTP_COOKIE": cookies} if cookies else {}
        return rf.get(url, headers=headers, REMOTE_ADDR=address, **extra)

    return asked
