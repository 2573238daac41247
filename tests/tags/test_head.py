"""``pixel_head``: what the script is told, and no visitor apart."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.urls import set_script_prefix
from django.utils.functional import SimpleLazyObject

from capi_tracking.tags import head
from tests.tags.rendering import TWO, data_of, render


def test_head__tells_the_script_all_and_no_visitor_apart(rf, capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": 2}, "empty": {"PIXEL_ID": ""}})
    pages = [
        render("{% pixel_head %}", rf.get("/", HTTP_COOKIE=cookie))
        for cookie in ("", "capi_consent=granted.1.5; _fbp=x")
    ]
    assert pages[0] == pages[1]
    config = data_of(pages[0])
    assert config["pixels"] == {"default": "1", "second": "2"}
    assert (config["page"], config["collect"], config["policy"]) == (["default"], "/capi/collect/", "1")
    assert config["script"] == "https://connect.facebook.net/en_US/fbevents.js"
    assert '<script src="/static/capi_tracking/capi.js" defer></script>' in pages[0]


def test_head__stands_before_other_snippets_where_it_is_to_adopt_them(capi):
    capi(FOREIGN_PIXELS="adopt")
    assert '<script src="/static/capi_tracking/capi.js"></script>' in render("{% pixel_head %}")


class Hashed(StaticFilesStorage):
    """As a manifest names files, whose neighbours can't be guessed."""

    def url(self, name):
        return f"/static/{name.replace('.js', '.0123456789ab.js')}"


def test_head__names_the_other_files_where_they_are_not_beside_the_script(settings):
    assert "files" not in data_of(render("{% pixel_head %}"))
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": f"{__name__}.Hashed"}}
    files = data_of(render("{% pixel_head %}"))["files"]
    folder = Path(head.__file__).parents[1] / "static" / "capi_tracking"
    assert {f"capi-{name}.js" for name in files} == {file.name for file in folder.glob("capi-*.js")}
    assert files["late"] == "/static/capi_tracking/capi-late.0123456789ab.js"


@pytest.mark.parametrize(
    ("tag", "page"),
    [
        ("pixel_head", ["default", "second"]),
        ('pixel_head "second"', ["second"]),
        ('pixel_head "second" "default"', ["second", "default"]),
        ('pixel_head pixel="second default second empty"', ["second", "default"]),
        ("pixel_head pixel=several", ["second"]),
    ],
)
def test_head__sends_the_page_view_of_the_pixels_that_it_or_the_settings_name(capi, tag, page):
    capi(PIXELS=TWO, PAGE_PIXELS=["default", "second"])
    assert data_of(render("{% " + tag + " %}", several=["second"]))["page"] == page


def test_head__says_what_becomes_of_other_snippets(capi):
    assert data_of(render("{% pixel_head %}"))["foreign"] == "report"
    capi(FOREIGN_PIXELS="adopt")
    assert data_of(render("{% pixel_head %}"))["foreign"] == "adopt"


def test_head__names_no_script_of_metas_in_shadow_mode(rf, capi):
    capi(SHADOW=True)
    assert data_of(render("{% pixel_head %}", rf.get("/")))["script"] == ""


def test_head__asks_the_database_nothing(rf, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        render("{% pixel_head %}", rf.get("/"))


def test_head__is_written_anew_when_a_setting_changes(capi, settings):
    seen = [render("{% pixel_head %}")]
    for name, value in {
        "PIXELS": {"default": {"PIXEL_ID": "9"}},
        "PAGE_PIXELS": ["default", "default2"],
        "URL_PARAMETERS": ["q"],
        "COLLECT_EVENTS": ["Sized"],
        "CONSENT_POLICY": "2",
        "FOREIGN_PIXELS": "refuse",
        "PIXEL_SCRIPT_URL": "https://shop.example/f.js",
        "BROWSER": "relay_only",
    }.items():
        pixels = {"default": {"PIXEL_ID": "1"}, "default2": {"PIXEL_ID": "2"}}
        capi(**{"PIXELS": pixels, name: value})
        seen.append(render("{% pixel_head %}"))
    settings.CAPI_TRACKING["PIXELS"]["default"]["PIXEL_ID"] = "3"  # in place
    seen.append(render("{% pixel_head %}"))
    assert len(set(seen)) == len(seen)


def test_head__finds_its_addresses_anew_when_they_change(rf, settings):
    def addresses(request=None):
        html = render("{% pixel_head %}", request)
        return data_of(html)["collect"], re.findall(r'src="([^"]*)"', html)[0]

    assert addresses() == addresses(rf.get("/")) == ("/capi/collect/", "/static/capi_tracking/capi.js")
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": f"{__name__}.Hashed"}}
    assert addresses()[1] == "/static/capi_tracking/capi.0123456789ab.js"
    set_script_prefix("/below/")
    try:
        assert addresses()[0] == "/below/capi/collect/"
    finally:
        set_script_prefix("/")
    request = rf.get("/")
    request.urlconf = "demo_project.shop.urls"
    assert render("{% pixel_head %}", request) == ""


def test_head__is_of_the_visitors_language_where_urls_are(rf, settings):
    settings.ROOT_URLCONF = "tests.translated_urls"
    for language in ("de", "en"):
        request = rf.get("/")
        request.LANGUAGE_CODE = language
        assert data_of(render("{% pixel_head %}", request))["collect"] == f"/{language}/capi/collect/"


class Varying(StaticFilesStorage):
    """As one that signs its addresses."""

    number = 0

    def url(self, name, force=False):
        Varying.number += 1
        return f"{super().url(name)}?signed={self.number}"


def test_head__asks_a_storage_with_addresses_of_its_own_each_time(settings):
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": f"{__name__}.Varying"}}
    assert render("{% pixel_head %}") != render("{% pixel_head %}")


def test_head__holds_no_secret(rf, capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1", "ACCESS_TOKEN": "s3cret", "APP_SECRET": "s3cret"}})
    assert "s3cret" not in render("{% pixel_head %}", rf.get("/"))


class LazyNonce(SimpleLazyObject):
    """As Django's: false until somebody reads it."""

    def __init__(self):
        self.__dict__["is_read"] = False
        super().__init__(self._read)

    def _read(self):
        self.__dict__["is_read"] = True
        return "n0nce"

    def __bool__(self):
        return self.__dict__["is_read"]


def test_head__carries_the_pages_nonce_though_it_is_false_until_read(rf):
    request = rf.get("/")
    assert ' defer nonce="n0nce"></script>' in render("{% pixel_head %}", csp_nonce=LazyNonce())
    request.csp_nonce = LazyNonce()
    assert ' defer nonce="n0nce"></script>' in render("{% pixel_head %}", request)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ENABLED": False}, "ENABLED is False"),
        ({"PIXELS": {"default": {"PIXEL_ID": ""}}}, "no PIXEL_ID"),
        ({"PIXELS": {}}, "There is no pixel"),
    ],
)
def test_head__without_a_pixel_is_empty_and_says_why_in_debug(capi, settings, changes, why):
    capi(**changes)
    assert render("{% pixel_head %}") == ""
    settings.DEBUG = True
    html = render("{% pixel_head %}")
    assert html.startswith("<!-- capi_tracking: ")
    assert why in html


def test_head__without_our_urls_is_empty(settings, capi):
    settings.ROOT_URLCONF = "demo_project.shop.urls"
    assert render("{% pixel_head %}") == ""
