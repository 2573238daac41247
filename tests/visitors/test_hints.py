"""What a browser is told by cookies: fire no more, and somebody is logged in."""

import json

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import login, logout
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent, SkipCount
from capi_tracking.visitors import exclusions
from tests.visitors.browsing import BROWSER, GRANTED, beacon, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


@pytest.fixture
def customer():
    return User.objects.create_user("jo", email="Jo@Shop.example", first_name="Jo", last_name="Doe")


@pytest.fixture
def clerk():
    return User.objects.create_user("clerk", email="clerk@shop.example", is_staff=True)


@pytest.fixture
def answer(rf):
    """The middleware's answer to a page, whose view is ``view``."""

    def answered(view=lambda request: None, *, cookies="", address="8.8.8.8", secure=False, **more):
        request = rf.get("/", headers={"user-agent": "Safari"}, REMOTE_ADDR=address, HTTP_COOKIE=cookies, secure=secure)
        request.session, request.user = SessionStore(), more.get("user", AnonymousUser())
        return TrackingMiddleware(lambda request: view(request) or HttpResponse())(request)

    return answered


def is_private(response):
    return response.headers.get("Cache-Control") == "private, no-store"


# -- log-in and log-out ------------------------------------------------------------------------------------------------


def test_login__of_a_customer_says_that_somebody_is_there(answer, customer):
    response = answer(
        lambda request: login(request, customer, "django.contrib.auth.backends.ModelBackend"), secure=True
    )
    assert told(response) == {"capi_in": "1"}
    assert is_private(response)
    morsel = response.cookies["capi_in"]
    assert (morsel["samesite"], morsel["secure"], morsel["httponly"], morsel["path"]) == ("Lax", True, "", "/")
    assert morsel["max-age"] == 14 * 24 * 3600


def test_login__of_staff_stops_both_sides(answer, clerk):
    response = answer(lambda request: login(request, clerk, "django.contrib.auth.backends.ModelBackend"))
    assert told(response) == {"capi_off": "1"}
    assert is_private(response)


def test_login__of_a_customer_after_staff_lets_both_sides_go_on(answer, customer):
    response = answer(
        lambda request: login(request, customer, "django.contrib.auth.backends.ModelBackend"), cookies="capi_off=1"
    )
    assert told(response) == {"capi_off": "", "capi_in": "1"}


def test_login__at_an_excluded_address_stops_both_sides(answer, customer, capi):
    capi(EXCLUDED_ADDRESSES=["8.8.8.0/24"])
    response = answer(lambda request: login(request, customer, "django.contrib.auth.backends.ModelBackend"))
    assert told(response) == {"capi_off": "1"}


def test_logout__takes_both_away(answer):
    response = answer(logout, cookies="capi_off=1; capi_in=1")
    assert told(response) == {"capi_off": "", "capi_in": ""}
    assert is_private(response)


def test_logout__at_an_excluded_address_leaves_both_sides_silent(answer, capi):
    capi(EXCLUDED_ADDRESSES=["8.8.8.8"])
    assert told(answer(logout, cookies="capi_off=1; capi_in=1")) == {"capi_in": ""}


def test_login__by_a_real_form_comes_with_its_answer(client, clerk):
    clerk.set_password("secret")
    clerk.save()
    response = client.post(reverse("admin:login"), {"username": "clerk", "password": "secret", "next": "/"})
    assert response.status_code == 302
    assert told(response)["capi_off"] == "1"
    assert is_private(response)


# -- pages ---------------------------------------------------------------------------------------------------------------


def test_page__of_anybody_is_told_nothing_and_may_be_cached(answer):
    response = answer()
    assert not response.cookies
    assert "Cache-Control" not in response.headers


@pytest.mark.parametrize("address", ["10.1.2.3", "8.8.8.8", "::ffff:10.1.2.3", "2001:4860:4860::8888"])
def test_page__of_an_excluded_address_is_told_at_once(answer, capi, address):
    capi(EXCLUDED_ADDRESSES=["10.0.0.0/8", "8.8.8.8", "2001:4860:4860::/48"])
    response = answer(address=address)
    assert told(response) == {"capi_off": "1"}
    assert is_private(response)
    assert not answer(address=address, cookies="capi_off=1").cookies


def test_page__outside_is_told_when_it_is_over(answer, capi):
    capi(EXCLUDED_ADDRESSES=["10.0.0.0/8"])
    response = answer(address="9.9.9.9", cookies="capi_off=1")
    assert told(response) == {"capi_off": ""}
    assert is_private(response)


def test_page__does_not_ask_who_it_is_to_find_out(answer):
    somebody = SimpleLazyObject(lambda: pytest.fail("asked"))
    assert not answer(cookies="capi_off=1; sessionid=abc", user=somebody).cookies


def test_page__that_has_asked_who_it_is_says_that_it_is_over(answer, customer, clerk):
    def view(request):
        request._cached_user = request.user  # as Django's own middleware keeps whom it found

    assert not answer(view, cookies="capi_off=1; sessionid=abc", user=clerk).cookies
    assert told(answer(view, cookies="capi_off=1; sessionid=abc", user=customer)) == {"capi_off": ""}


def test_page__that_shows_who_it_is_says_that_it_is_over(client, customer):
    """By Django's own middleware: whoever was staff, and is no more."""
    client.force_login(customer)
    client.cookies["capi_off"] = "1"
    assert told(client.get(reverse("admin:login"), headers=BROWSER))["capi_off"] == ""


@pytest.mark.django_db(transaction=True)
def test_page__of_an_async_chain_asks_no_database(customer, clerk, caplog):
    async def asked(user):
        client = AsyncClient(headers=BROWSER)
        await client.aforce_login(user)
        client.cookies["capi_off"] = "1"
        return await client.get("/")

    for user in (customer, clerk):
        assert async_to_sync(asked)(user).status_code == 200
    assert not caplog.records


@pytest.mark.parametrize("wrong", [{"EXCLUDED_ADDRESSES": ["no network"]}, {"TRUSTED_PROXIES": ["no network"], "EXCLUDED_ADDRESSES": ["8.8.8.8"]}])  # fmt: skip
def test_hints__are_a_line_in_the_log_where_a_setting_is_wrong(answer, customer, capi, wrong, caplog):
    capi(**wrong)
    assert answer().status_code == 200
    backend = "django.contrib.auth.backends.ModelBackend"
    assert answer(lambda request: login(request, customer, backend)).status_code == 200
    assert answer(logout, cookies="capi_off=1").status_code == 200
    assert "Tracking failed with ValueError" in caplog.text


def test_page__is_told_nothing_while_the_app_is_off(answer, capi):
    capi(ENABLED=False, EXCLUDED_ADDRESSES=["8.8.8.8"])
    assert not answer().cookies


# -- beacons -------------------------------------------------------------------------------------------------------------


def counted():
    return list(SkipCount.objects.values_list("event_name", "reason", "count"))


def test_beacon__of_staff_is_counted_and_silences_both_sides(clerk):
    response = beacon(clerk)
    assert response.status_code == 204
    assert told(response) == {"capi_off": "1"}
    assert is_private(response)
    assert counted() == [("PageView", "staff", 1)]
    assert not OutboxEvent.objects.exists()


def test_beacon__of_an_excluded_address_is_counted_and_silences_both_sides(capi):
    capi(EXCLUDED_ADDRESSES=["8.8.8.0/24"])
    assert told(beacon()) == {"capi_off": "1"}
    assert counted() == [("PageView", "excluded_address", 1)]
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    "agent", ["Mozilla/5.0 (compatible; Googlebot/2.1)", "facebookexternalhit/1.1", "python-requests/2", "curl/8"]
)
def test_beacon__of_a_robot_is_counted(agent):
    response = beacon(user_agent=agent)
    assert not response.cookies
    assert counted() == [("PageView", "bot", 1)]
    assert not OutboxEvent.objects.exists()


def test_beacon__of_a_telephone_that_is_called_like_a_robot_is_taken():
    beacon(user_agent="Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/120 Mobile")
    assert OutboxEvent.objects.count() == 1


def test_beacon__of_a_robot_that_the_browser_does_not_know_is_its_last(monkeypatch):
    class Longer:
        def is_crawler(self, agent):
            return "Sneaky" in agent

    monkeypatch.setattr(exclusions, "CrawlerDetect", Longer)
    exclusions._detector.cache_clear()
    response = beacon(user_agent="Mozilla/5.0 Sneaky/1.0")
    exclusions._detector.cache_clear()
    assert OutboxEvent.objects.count() == 1  # its browser's copy is out already
    assert told(response)["capi_off"] == "1"


def test_beacon__says_that_somebody_is_there_whose_session_is_older_than_this_app(customer):
    assert told(beacon(customer))["capi_in"] == "1"
    assert "capi_in" not in told(beacon(customer, cookies=f"{GRANTED}; capi_in=1"))


def test_beacon__says_that_nobody_is_there_any_more():
    response = beacon(cookies=f"{GRANTED}; capi_in=1")
    assert told(response)["capi_in"] == ""
    assert is_private(response)


def test_beacon__of_a_customer_carries_their_hashes(customer):
    beacon(customer)
    user = json.loads(OutboxEvent.objects.get().payload)["user_data"]
    assert {"em", "fn", "ln", "external_id", "fbp", "client_user_agent", "client_ip_address"} == user.keys()


@pytest.mark.parametrize("cookies", ["", "capi_consent=denied.1.1767225600", "capi_consent=limited.1.1767225600"])
def test_beacon__of_a_customer_without_consent_asks_nobody_who_it_is(customer, capi, cookies):
    capi(VISITOR="tests.visitors.test_hints.must_not_be_asked")
    beacon(customer, cookies=cookies)
    assert not OutboxEvent.objects.exists()


def must_not_be_asked(request):
    pytest.fail("asked")


# -- match/ --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def match():
    def asked(user=None, *, cookies=GRANTED, **headers):
        plain = {"sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0 Safari/605"}
        changed = plain | {name.replace("_", "-"): value for name, value in headers.items()}
        client = Client(headers={name: value for name, value in changed.items() if value is not None})
        if user:
            client.force_login(user)
            cookies = f"{cookies}; sessionid={client.cookies['sessionid'].value}"
        client.cookies.clear()
        return client.get(reverse("capi_tracking:match"), HTTP_COOKIE=cookies, REMOTE_ADDR="8.8.8.8")

    return asked


def test_match__gives_exactly_the_hashes_that_the_server_sends(match, customer):
    hashes = match(customer).json()
    beacon(customer)
    sent = json.loads(OutboxEvent.objects.get().payload)["user_data"]
    assert hashes == {key: sent[key][0] for key in ("em", "fn", "ln", "external_id")}


def test_match__is_kept_by_nobody_and_read_by_no_other_site(match, customer):
    response = match(customer)
    assert is_private(response)
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "cookies", ["", "capi_consent=denied.1.1", "capi_consent=limited.1.1", "capi_consent=granted.2.1"]
)
def test_match__says_nothing_without_consent(match, customer, cookies):
    assert match(customer, cookies=cookies).json() == {}


def test_match__says_nothing_to_others(match, clerk, customer, capi):
    assert match().json() == {}
    assert match(clerk).json() == {}
    assert match(customer, user_agent="x bot").json() == {}
    assert match(customer, sec_gpc="1").json() == {}
    capi(EXCLUDED_ADDRESSES=["8.8.8.8"])
    assert match(customer).json() == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": None},
        {"sec_fetch_site": None, "referer": "https://else.example/"},
        {"sec_fetch_site": "cross-site", "referer": "http://testserver/"},
        {"sec_purpose": "prefetch"},
    ],
)
def test_match__says_nothing_to_other_sites(match, customer, headers):
    response = match(customer, **headers)
    assert response.json() == {}
    assert is_private(response)


def test_match__believes_an_old_browser_that_names_its_page(match, customer):
    assert "em" in match(customer, sec_fetch_site=None, referer="http://testserver/p/").json()


def test_match__takes_the_hint_away_where_nobody_is_logged_in(match):
    assert told(match(cookies=f"{GRANTED}; capi_in=1")) == {"capi_in": ""}


@pytest.mark.filterwarnings("ignore:Method Not Allowed")
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_match__takes_get_alone(client, method):
    assert getattr(client, method)(reverse("capi_tracking:match")).status_code == 405


# -- VISITOR ---------------------------------------------------------------------------------------------------------------


def member(request):
    return {"email": "m@shop.example", "phone": "0171 2345678", "country": "DE", "fbp": "evil", "nonsense": 1}


def failing(request):
    raise RuntimeError("jo@shop.example")


def nothing(request):
    return None


def test_visitor__is_what_the_shop_says(match, customer, capi):
    capi(VISITOR="tests.visitors.test_hints.member")
    assert match(customer).json().keys() == {"em", "ph", "country"}


@pytest.mark.parametrize("rule", ["failing", "nothing", "missing"])
def test_visitor__that_fails_tells_nothing_and_costs_no_event(match, customer, capi, rule, caplog):
    capi(VISITOR=f"tests.visitors.test_hints.{rule}")
    assert match(customer).json() == {}
    beacon(customer)
    assert "em" not in json.loads(OutboxEvent.objects.get().payload)["user_data"]
    assert "jo@shop.example" not in caplog.text


def test_visitor__is_nobody_who_is_not_logged_in(match, capi):
    capi(VISITOR="tests.visitors.test_hints.must_not_be_asked")
    assert match().json() == {}
