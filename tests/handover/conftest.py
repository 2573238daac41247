"""A visitor who asks, and something on a shelf."""

import pytest

from tests.handover.telling import GRANTED
from tests.sales import FBP


@pytest.fixture
def ask(rf):
    """A visitor's POST to /join/."""

    def make(consent=GRANTED, path="/join/?utm_source=a&secret=b", method="post", **headers):
        headers = {"user-agent": "Safari", **{name.replace("_", "-"): text for name, text in headers.items()}}
        request = getattr(rf, method)(path, REMOTE_ADDR="8.8.8.8", headers=headers)
        request.COOKIES.update({"capi_consent": consent, "_fbp": FBP} if consent else {})
        return request

    return make
