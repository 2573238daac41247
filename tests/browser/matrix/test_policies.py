"""Under each shape of a Content-Security-Policy everything pairs, and nothing violates it."""

from urllib.parse import urlsplit

import pytest

from capi_tracking.models import PageReport
from tests.browser.pages import alone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTEN = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""


@pytest.mark.parametrize("name", ["product", "long"])
@pytest.mark.parametrize("dress", ["hosts", "nonce", "dynamic"])
def test_policy__by_hosts_by_nonce_and_by_strict_dynamic_lets_every_event_pair(granted, dress, name):
    granted.page.add_init_script(LISTEN)
    granted.go(f"/{dress}/{name}/")
    granted.settled("PageView", "ViewContent")
    assert granted.page.evaluate("violations") == []
    assert granted.hit("ViewContent")["method"] == ("POST" if name == "long" else "GET")


def test_policy__that_lacks_a_source_is_reported_by_directive_and_host(granted):
    granted.go("/imageless/product/")
    rows = PageReport.objects.filter(kind="violation")
    granted.until(rows.exists, "the violation was reported")
    (row,) = alone(lambda: list(rows))
    host = urlsplit(granted.sandbox.url).netloc
    assert (row.page, row.subject, row.name) == ("/imageless/product/", "img-src", host)
    assert granted.sandbox.events == []
