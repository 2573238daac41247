"""Under each shape of a Content-Security-Policy everything pairs, and nothing violates it."""

import pytest

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
