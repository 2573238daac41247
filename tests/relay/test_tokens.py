"""A shop whose pages are another origin's: short-lived tokens in place of cookies."""

import json
import time
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from capi_tracking import context
from capi_tracking.exceptions import ImproperlyTracked
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import BrowserReceipt, OutboxEvent
from capi_tracking.relay import tokens
from capi_tracking.shortcuts import pixel_config

FRONT = "https://www.front.example"
OTHER = "https://else.example"
FBP = "fb.1.1767225600000.123456789"
FBC = "fb.1.1767225600000.AbC-dEf"
ID = "0123456789abcdef"
VIEW = {"pixel": "default", "name": "PageView", "id": ID}
RECEIPT = {**VIEW, "state": "handed_over", "detail": ""}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def front(capi):
    cache.clear()
    capi(ORIGINS=[FRONT, OTHER])
    yield
    cache.clear()


@pytest.fixture
def post():
    """A beacon as ``capi.js`` sends it from a page of the front end."""

    def posted(*, cookies="", **changes):
        headers = {"origin": FRONT, "sec-fetch-site": "cross-site", "user-agent": "Mozilla/5.0 Safari/605"}
        headers |= {name: changes.pop(name) for name in list(changes) if name in headers}
        said = {
            "url": f"{FRONT}/p/?token=x&utm_source=a",
            "events": [VIEW],
            "receipts": [RECEIPT],
            "token": tokens.token(FRONT),
            "fbp": FBP,
            "fbc": FBC,
            "consent": "granted.1.1767225600",
            "domain": "front.example",
            **changes,
        }
        sent = {name: value for name, value in headers.items() if value is not None}
        return Client(headers=sent).post(
            reverse("capi_tracking:collect"), json.dumps(said), "text/plain", REMOTE_ADDR="8.8.8.8", HTTP_COOKIE=cookies
        )

    return posted


def taken():
    return OutboxEvent.objects.count() + BrowserReceipt.objects.count()


def test_token__lets_a_page_of_its_origin_speak(post):
    response = post()
    assert (response.status_code, response.content) == (204, b"")
    sent = json.loads(OutboxEvent.objects.get().payload)
    assert sent["event_source_url"] == f"{FRONT}/p/?utm_source=a"
    assert sent["user_data"] == {
        "client_ip_address": "8.8.8.8",
        "client_user_agent": "Mozilla/5.0 Safari/605",
        "fbp": FBP,
        "fbc": FBC,
    }
    assert BrowserReceipt.objects.get().visitor_key == identity_key("fbp", FBP)


def test_answer__may_be_read_by_that_origin_alone_and_sets_no_cookie(post):
    response = post(cookies=f"_fbp={FBP}; capi_consent=granted.1.1767225600")
    assert response.headers["Access-Control-Allow-Origin"] == FRONT
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.headers["Vary"]
    assert not response.cookies


def test_token__is_good_for_an_hour_however_often_it_is_used(post):
    made = tokens.token(FRONT)
    now = time.time()
    for minutes, events in ((1, 1), (1, 1), (59, 2), (61, 2)):
        with time_machine.travel(now + minutes * 60, tick=False):
            post(token=made, events=[{**VIEW, "id": f"event-at-{minutes}"}], receipts=[])
        assert OutboxEvent.objects.count() == events


def test_token__of_a_server_whose_clock_runs_ahead_is_good(post):
    with time_machine.travel(time.time() + 30, tick=False):
        made = tokens.token(FRONT)
    post(token=made)
    assert taken() == 2


@pytest.mark.parametrize("sec-fetch-site".replace("-", "_"), ["cross-site", "same-site", None])
def test_token__is_enough_from_any_site(post, sec_fetch_site):
    post(**{"sec-fetch-site": sec_fetch_site})
    assert taken() == 2


@pytest.mark.parametrize("origin", [OTHER, "null", "https://front.example", f"{FRONT}:8443", f"{FRONT}/", "", None])
def test_token__of_one_origin_is_nothing_for_another(post, origin):
    post(origin=origin)
    assert taken() == 0


def forged():
    good = tokens.token(FRONT)
    issued, _, signature = good.partition(".")
    later = str(int(issued) + 3600)
    yield from ("", ".", "x", good[:-1], good + "0", signature, f"{issued}.", f".{signature}", f"{later}.{signature}")
    yield from (
        good.replace(".", ""),
        f"{issued}.{signature}.{signature}",
        f"-1.{signature}",
        f"{'9' * 400}.{signature}",
    )
    yield from (f"{issued}.{'0' * 32}", f"\u0661.{signature}", "\ud800", f"{issued}.\ud800", tokens.token(OTHER))
    yield from (None, 7, [good], {"token": good})


@pytest.mark.parametrize("number", range(len(list(forged()))))
def test_token__that_we_did_not_make_is_nothing(post, number, caplog):
    response = post(token=list(forged())[number])
    assert (response.status_code, response.content) == (204, b"")
    assert taken() == 0
    assert not caplog.records


def test_token__of_the_future_is_nothing(post):
    with time_machine.travel(time.time() + timedelta(minutes=5).total_seconds(), tick=False):
        made = tokens.token(FRONT)
    post(token=made)
    assert taken() == 0


def test_token__of_another_key_is_nothing(post, settings):
    made = tokens.token(FRONT)
    settings.SECRET_KEY = "another"
    post(token=made)
    assert taken() == 0


def test_token__ends_when_its_origin_leaves_the_settings(post, capi):
    made = tokens.token(FRONT)
    capi(ORIGINS=[OTHER])
    response = post(token=made)
    assert taken() == 0
    assert "Access-Control-Allow-Origin" not in response.headers


def test_token__is_judged_with_its_origin():
    assert tokens.is_valid(tokens.token(FRONT), FRONT)
    assert not tokens.is_valid(tokens.token(FRONT), OTHER)
    assert not tokens.is_valid(tokens.token("https://nobody.example"), "https://nobody.example")
    assert not tokens.is_valid(tokens.token("null"), "null")


@pytest.mark.parametrize("consent", ["", "denied.1.1", "limited.1.1", "granted.2.1", "granted", None, 7])
def test_consent__is_the_pages_own_word(post, consent):
    post(consent=consent, cookies="capi_consent=granted.1.1767225600")
    assert taken() == 0


def test_consent__of_the_body_counts_for_nothing_on_our_own_pages(post):
    post(origin="http://testserver", **{"sec-fetch-site": "same-origin"})
    assert taken() == 0


def test_browser_keys__of_the_body_count_for_nothing_on_our_own_pages(post):
    own = "fb.1.1767225600000.5"
    post(
        origin="http://testserver",
        cookies=f"capi_consent=granted.1.1767225600; _fbp={own}",
        **{"sec-fetch-site": "same-origin"},
    )
    user = json.loads(OutboxEvent.objects.get().payload)["user_data"]
    assert user["fbp"] == own
    assert "fbc" not in user


@pytest.mark.parametrize(
    "url", ["https://else.example/p/", "http://testserver/p/", f"{FRONT}.evil.example/", 7, "", None]
)
def test_page__is_the_origins_own(post, url):
    post(url=url)
    assert json.loads(OutboxEvent.objects.get().payload)["event_source_url"] == f"{FRONT}/"


@pytest.mark.parametrize("broken", ["fb.1", "<script>", 7, None])
def test_browser_keys__that_are_malformed_are_left_out(post, broken):
    post(fbp=broken, fbc=broken)
    user = json.loads(OutboxEvent.objects.get().payload)["user_data"]
    assert {"fbp", "fbc"}.isdisjoint(user)
    assert BrowserReceipt.objects.get().visitor_key == ""  # nobody's is no key to find a person by


def test_pixel_config__is_whole_and_absolute(rf, post):
    request = rf.get("/", headers={"host": "api.shop.example"}, secure=True)
    said = pixel_config(FRONT, request=request)
    assert said["collect"] == f"https://api.shop.example{reverse('capi_tracking:collect')}"
    assert said["match"] == ""
    assert said["pixels"] == {"default": "1234567890"}
    post(token=said["token"])
    assert taken() == 2


def test_pixel_config__knows_the_request_that_is_served(rf):
    with context.serving(rf.get("/")):
        assert pixel_config(FRONT)["collect"].startswith("http://testserver/")


def test_pixel_config__wants_a_request_and_an_origin_that_it_knows(rf):
    with pytest.raises(ImproperlyTracked, match="needs a request"):
        pixel_config(FRONT)
    with pytest.raises(ImproperlyTracked, match="not in ORIGINS"):
        pixel_config("https://nobody.example", request=rf.get("/"))
