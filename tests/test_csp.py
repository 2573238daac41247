"""What the pixel needs of a Content-Security-Policy."""

import subprocess
import sys

import django
import pytest
from csp.constants import NONCE, SELF, STRICT_DYNAMIC
from csp.utils import build_policy

from capi_tracking import csp

META = "https://www.facebook.com"
SCRIPT = "https://connect.facebook.net"
STRICT = {name: [SELF] for name in ("default-src", "form-action")}


def test_directives__are_those_of_the_real_pixel():
    assert csp.directives() == {
        "script-src": ["'self'", SCRIPT],
        "img-src": [META],
        "connect-src": ["'self'", META],
        "frame-src": [META],
        "form-action": [META],
    }


def test_directives__are_those_of_the_sandbox(capi):
    capi(PIXEL_SCRIPT_URL="http://127.0.0.1:8990/fbevents.js")
    here = "http://127.0.0.1:8990"
    assert csp.directives()["script-src"] == ["'self'", here]
    assert csp.directives()["img-src"] == [here]


def test_directives__of_a_script_on_a_host_of_the_shops(capi):
    capi(PIXEL_SCRIPT_URL="https://static.shop.example/fbevents.js")
    assert csp.directives()["form-action"] == [META, "https://static.shop.example"]


def test_directives__know_where_our_own_script_comes_from(settings):
    settings.STATIC_URL = "https://cdn.shop.example/static/"
    assert csp.directives()["script-src"] == ["https://cdn.shop.example", SCRIPT]


@pytest.mark.parametrize("silent", [{"SHADOW": True}, {"BROWSER": "relay_only"}])
def test_directives__name_nobody_where_meta_is_told_nothing(capi, silent):
    capi(**silent)
    assert csp.directives() == {"script-src": ["'self'"], "connect-src": ["'self'"]}


def test_extended__adds_what_is_missing_and_no_more():
    assert csp.extended({**STRICT, "style-src": [SELF], "img-src": (SELF, "data:")}) == {
        "default-src": [SELF],
        "style-src": [SELF],
        "script-src": [SELF, SCRIPT],
        "img-src": [SELF, "data:", META],
        "connect-src": [SELF, META],
        "frame-src": [SELF, META],
        "form-action": [SELF, META],
    }


def test_extended__leaves_the_policy_that_it_was_given():
    policy = {"default-src": ["'none'"], "img-src": ["'none'"]}
    csp.extended(policy)
    assert policy == {"default-src": ["'none'"], "img-src": ["'none'"]}


def test_extended__takes_the_none_away():
    found = csp.extended({"default-src": ["'none'"]})
    assert found["script-src"] == ["'self'", SCRIPT]
    assert found["img-src"] == [META]
    assert found["default-src"] == ["'none'"]


def test_extended__forbids_nothing_that_was_allowed():
    assert csp.extended({}) == {}
    assert csp.extended({"style-src": [SELF]}) == {"style-src": [SELF]}
    assert "form-action" not in csp.extended({"default-src": [SELF]})


def test_extended__is_done_once():
    once = csp.extended(STRICT)
    assert csp.extended(once) == once
    assert csp.missing(once) == {}


def test_extended__with_a_nonce_names_the_pixels_host_alone():
    found = csp.extended({"default-src": [SELF], "script-src": [NONCE]})
    assert found["script-src"] == [NONCE, SCRIPT]


def test_extended__with_strict_dynamic_adds_no_host_to_the_scripts():
    found = csp.extended({"default-src": [SELF], "script-src": [NONCE, STRICT_DYNAMIC]})
    assert found["script-src"] == [NONCE, STRICT_DYNAMIC]
    assert found["img-src"] == [SELF, META]


def test_extended__follows_the_directives_that_speak_for_others():
    found = csp.extended({"default-src": [SELF], "child-src": ["https://player.example"], "script-src-elem": [SELF]})
    assert found["frame-src"] == ["https://player.example", META]
    assert found["script-src-elem"] == [SELF, SCRIPT]


@pytest.mark.parametrize(
    "sources", [["*"], ["https:"], ["https://*.facebook.com"], ["*.facebook.com"], ["www.facebook.com"], "https: data:"]
)
def test_missing__knows_what_is_wide_enough(sources):
    assert "img-src" not in csp.missing({"img-src": sources})


@pytest.mark.parametrize(
    "sources", [[], ["http:"], ["https://facebook.com"], ["https://*.else.example"], [SELF], "data:"]
)
def test_missing__knows_what_is_not(sources):
    assert csp.missing({"img-src": sources}) == {"img-src": [META]}


def test_django_csp__is_extended_whole():
    found = csp.extended({"DIRECTIVES": {"img-src": (SELF,)}, "EXCLUDE_URL_PREFIXES": ["/admin"]})
    assert found["EXCLUDE_URL_PREFIXES"] == ["/admin"]
    assert found["DIRECTIVES"]["img-src"] == [SELF, META]
    assert found["DIRECTIVES"]["script-src"] == [SELF, SCRIPT]  # where it names no default-src, django-csp does


def test_django_csp__writes_the_header(settings):
    settings.CONTENT_SECURITY_POLICY = csp.extended({"DIRECTIVES": {"default-src": [SELF], "script-src": [NONCE]}})
    header = dict(part.partition(" ")[::2] for part in build_policy(nonce="abc").split("; "))
    assert header["script-src"] == f"'nonce-abc' {SCRIPT}"
    assert header["img-src"] == f"'self' {META}"
    assert header["frame-src"] == f"'self' {META}"


@pytest.mark.skipif(django.VERSION < (6, 0), reason="Django has a policy of its own from 6.0 on")
def test_django__writes_the_header(settings, rf):
    from django.http import HttpResponse
    from django.middleware.csp import ContentSecurityPolicyMiddleware
    from django.utils.csp import CSP

    settings.SECURE_CSP = csp.extended({"default-src": [CSP.SELF], "script-src": [CSP.NONCE, CSP.STRICT_DYNAMIC]})

    def view(request):
        return HttpResponse(str(request._csp_nonce))

    response = ContentSecurityPolicyMiddleware(view)(rf.get("/"))
    header = dict(part.partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split("; "))
    assert header["img-src"] == f"'self' {META}"
    assert "'strict-dynamic'" in header["script-src"]
    assert SCRIPT not in header["script-src"]


def test_settings__can_be_given_while_they_are_made(tmp_path):
    (tmp_path / "shop_settings.py").write_text(
        "from capi_tracking import csp\n"
        'CAPI_TRACKING = {"PIXEL_SCRIPT_URL": "http://127.0.0.1:8990/fbevents.js"}\n'
        'SECURE_CSP = csp.extended({"default-src": ["\'self\'"]}, CAPI_TRACKING)\n'
        'PLAIN = csp.extended({"default-src": ["\'self\'"]})\n'
        'SECRET_KEY = "x"\n'
    )
    code = "from django.conf import settings as s; print(s.SECURE_CSP['img-src'], s.PLAIN['img-src'], s.SECRET_KEY)"
    environment = {"DJANGO_SETTINGS_MODULE": "shop_settings", "PYTHONPATH": f"{tmp_path}:."}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout == f"[\"'self'\", 'http://127.0.0.1:8990'] [\"'self'\", '{META}'] x\n", done.stderr
