"""What a request knows of its visitor."""

import pytest
from django.http import HttpRequest

from capi_tracking import context
from capi_tracking.keyed_hashes import identity_key

FBP = "fb.1.1767225600000.123456789"
OLD, NEW = "fb.1.1767225600000.old", "fb.1.1767225700000.new"


@pytest.fixture
def ask(rf):
    def asked(url="/", *, cookies="", address="203.0.114.9", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        extra = {"HTTP_COOKIE": cookies} if cookies else {}
        return rf.get(url, headers=headers, REMOTE_ADDR=address, **extra)

    return asked


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


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address", "found"),
    [
        (0, "8.8.8.8", "9.9.9.9", "9.9.9.9"),
        (1, "8.8.8.8", "10.0.0.1", "8.8.8.8"),
        (1, "1.1.1.1, 8.8.8.8", "10.0.0.1", "8.8.8.8"),
        (2, "1.1.1.1, 8.8.8.8, 10.0.0.2", "10.0.0.1", "8.8.8.8"),
        (["10.0.0.0/8"], "1.1.1.1, 8.8.8.8, 10.0.0.2", "10.0.0.1", "8.8.8.8"),
        (["10.0.0.0/8"], "10.0.0.3", "10.0.0.1", ""),
        (1, "2001:4860:4860::8888", "10.0.0.1", "2001:4860:4860::8888"),
        (1, "not-an-address", "10.0.0.1", ""),
        (1, "192.168.1.7", "10.0.0.1", ""),
        (1, "x" * 5000 + ", 8.8.8.8", "10.0.0.1", "8.8.8.8"),
        (1, "", "8.8.8.8", "8.8.8.8"),
        (3, "8.8.8.8", "10.0.0.1", "8.8.8.8"),
        (1, "8.8.8.8:4711", "10.0.0.1", "8.8.8.8"),
        (1, "[2001:4860:4860::8888]:443", "10.0.0.1", "2001:4860:4860::8888"),
        (1, "::ffff:8.8.8.8", "10.0.0.1", "8.8.8.8"),
        (1, "2001:4860:4860:0:0:0:0:8888", "10.0.0.1", "2001:4860:4860::8888"),
        (1, "fe80::1%eth0", "10.0.0.1", ""),
        (1, "fd00::1", "10.0.0.1", ""),
        (1, "127.0.0.1", "10.0.0.1", ""),
        (1, "169.254.1.1", "10.0.0.1", ""),
        (1, "100.64.0.1", "10.0.0.1", ""),
        (1, "8.8.8.8, unknown", "10.0.0.1", ""),
        (1, ", , 8.8.8.8,", "10.0.0.1", "8.8.8.8"),
        (["10.0.0.0/8"], "1.1.1.1, 8.8.8.8, 10.0.0.2", "::ffff:10.0.0.1", "8.8.8.8"),
        (["10.0.0.0/8"], "8.8.8.8, 10.0.0.2:4711", "10.0.0.1", "8.8.8.8"),
        (["2001:4860::/32"], "2606:4700::1, 2001:4860::2", "2001:4860::1", "2606:4700::1"),
        (["10.0.0.0/8", "fd00::/8"], "8.8.8.8, fd00::2", "10.0.0.1", "8.8.8.8"),
        (["10.0.0.0/8"], "8.8.8.8", "9.9.9.9", "9.9.9.9"),
        (["10.0.0.0/8"], "8.8.8.8, 192.168.0.1", "10.0.0.1", ""),
        ([], "8.8.8.8", "9.9.9.9", "9.9.9.9"),
    ],
)
def test_client_ip__believes_forwarded_addresses_as_far_as_proxies_are_trusted(
    capi, ask, proxies, forwarded, address, found
):
    capi(TRUSTED_PROXIES=proxies)
    assert context.client_ip(ask(address=address, x_forwarded_for=forwarded)) == found


def test_repr__tells_nothing_of_the_visitor(ask):
    assert FBP not in repr(context.of(ask(cookies=f"_fbp={FBP}", user_agent="Safari")))


def test_serving__is_over_when_its_block_is():
    request = HttpRequest()
    with context.serving(request):
        assert context.current_request() is request
    assert context.current_request() is None
