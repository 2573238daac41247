"""What a request says of its visitor."""

import pytest

from capi_tracking import context
from capi_tracking.keyed_hashes import identity_key

FBP = "fb.1.1767225600000.123456789"
OLD, NEW = "fb.1.1767225600000.old", "fb.1.1767225700000.new"


def test_of__reads_what_the_request_says(ask):
    request = ask(
        "/p/?fbclid=A&token=x",
        cookies=f"_fbp={FBP}; _fbc={NEW}; capi_consent=granted.1.1",
        user_agent="Safari",
        referer="https://else.example/a?session=1",
        sec_gpc="1",
    )
    seen = context.of(request)
    assert (seen.fbp, seen.fbc, seen.client_ip, seen.user_agent) == (FBP, NEW, "203.0.114.9", "Safari")
    assert (seen.url, seen.referrer) == ("http://testserver/p/?fbclid=A", "https://else.example/a")
    assert (seen.consent_cookie, seen.gpc) == ("granted.1.1", True)
    assert seen.visitor_key == identity_key("fbp", FBP)


def test_of__a_bare_request_knows_nothing(ask):
    assert context.of(ask(address="")) == context.RequestContext(url="http://testserver/")


@pytest.mark.parametrize("value", ["fb.1.1767225600.seconds", "fb.1", "IwAR123", "fb.1.1767225600000.<script>"])
def test_of__keeps_of_a_malformed_click_that_it_was_there(ask, value):
    assert context.of(ask(cookies=f"_fbc={value}")).fbc == "malformed"


@pytest.mark.parametrize(
    "cookies", [f"_fbc={OLD}; a=b; _fbc={NEW}", f"_fbc={NEW}; _fbc={OLD}", f"_fbc={NEW}; _fbc=x.y.z"]
)
def test_cookie__of_two_values_the_newer_click_wins(ask, cookies):
    assert context.cookie(ask(cookies=cookies), "_fbc") == NEW


def test_cookie__is_not_another_one_whose_name_ends_alike(ask):
    assert context.cookie(ask(cookies=f"my_fbc={NEW}; x_fbc={OLD}"), "_fbc") == ""


def test_repr__tells_nothing_of_the_visitor(ask):
    assert FBP not in repr(context.of(ask(cookies=f"_fbp={FBP}", user_agent="Safari")))
