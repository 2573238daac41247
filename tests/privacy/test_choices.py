"""``choices/``: an answer without a script, kept where ``capi.js`` reads it, and obeyed by the server at once."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from capi_tracking import consent as consents
from capi_tracking.models import CheckoutContext, OutboxEvent, Status
from capi_tracking.views import decision
from tests.privacy.people import BROWSER, JO, JOS_ID, context_of, event_of

pytestmark = pytest.mark.django_db
PAGE = reverse("capi_tracking:choices")
BOTH = re.compile(r'name="state" value="(\w+)"')


def answered(client: Client, state: str, **headers: str) -> Any:
    return client.post(PAGE, {"state": state}, headers=headers)


def said(client: Client) -> str:
    text = re.search(r'role="status">(.*?)</p>', client.get(PAGE).content.decode(), re.DOTALL)
    assert text
    return text[1]


def test_choices__offers_both_answers_alike_and_says_that_there_is_none(client: Client) -> None:
    html = client.get(PAGE).content.decode()
    assert BOTH.findall(html) == ["granted", "denied"]
    assert "You have not answered yet" in said(client)


@pytest.mark.parametrize(("state", "words"), [("granted", "Your answer is yes"), ("denied", "Your answer is no")])
def test_choices__keeps_the_answer_where_scripts_and_the_server_read_it(
    client: Client, capi: Any, state: str, words: str
) -> None:
    capi(CONSENT_DAYS=90)
    response = answered(client, state)
    assert (response.status_code, response["Location"]) == (302, PAGE)
    cookie = response.cookies[consents.COOKIE]
    assert consents.from_cookie(cookie.value).state == state
    assert (cookie["path"], cookie["samesite"], cookie["httponly"], cookie["max-age"]) == ("/", "Lax", "", 90 * 86400)
    assert words in said(client)


def test_choices__the_cookie_goes_over_https_alone_where_the_page_did(client: Client) -> None:
    assert client.post(PAGE, {"state": "denied"}, secure=True).cookies[consents.COOKIE]["secure"]
    assert not answered(client, "denied").cookies[consents.COOKIE]["secure"]


def test_choices__a_no_takes_back_what_waits_of_this_browser(client: Client) -> None:
    event_of("waits", fbp=BROWSER)
    context_of("shop.order:1")
    client.cookies["_fbp"] = BROWSER
    answered(client, "denied")
    assert OutboxEvent.objects.get().status == Status.CANCELLED
    assert CheckoutContext.objects.get().consent_state == "denied"


def test_choices__a_no_takes_back_what_waits_of_whoever_is_logged_in(client: Client, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("jo", email=JO)
    event_of("waits", external_id=str(user.pk))
    event_of("anothers", external_id=JOS_ID)
    client.force_login(user)
    answered(client, "denied")
    assert dict(OutboxEvent.objects.values_list("event_id", "status")) == {
        "waits": Status.CANCELLED,
        "anothers": Status.PENDING,
    }


def test_choices__a_yes_takes_back_nothing(client: Client) -> None:
    event_of("waits", fbp=BROWSER)
    client.cookies["_fbp"] = BROWSER
    answered(client, "granted")
    assert OutboxEvent.objects.get().status == Status.PENDING


def test_choices__a_no_deletes_metas_cookies_on_each_domain_that_may_have_them(client: Client) -> None:
    client.cookies.load({"_fbp": BROWSER, "sessionid": "theirs"})
    response = client.post(PAGE, {"state": "denied"}, headers={"host": "www.shop.example:8000"})
    gone = [(each.key, each["domain"]) for each in response.cookies.values() if each["max-age"] == "0"]
    assert gone == [("_fbp", ""), ("_fbp", "www.shop.example"), ("_fbp", "shop.example")]
    sent = response.cookies.output()
    assert sent.count("Set-Cookie: _fbp=") == 3


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "localhost"])
def test_choices__an_address_has_no_domain_above_it(client: Client, host: str) -> None:
    client.cookies["_fbp"] = BROWSER
    response = client.post(PAGE, {"state": "denied"}, headers={"host": host})
    assert [each["domain"] for each in response.cookies.values() if each.key == "_fbp"] == [""]


def test_choices__a_database_that_fails_does_not_lose_the_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError("gone")

    monkeypatch.setattr(decision, "withdraw_visitor", fail)
    assert consents.from_cookie(answered(client, "denied").cookies[consents.COOKIE].value).state == "denied"
    assert "Tracking failed with OSError" in caplog.text


@pytest.mark.parametrize("state", ["", "unknown", "limited", "granted.1.9999999999", "GRANTED"])
def test_choices__takes_no_answer_that_it_does_not_offer(client: Client, state: str) -> None:
    response = answered(client, state)
    assert response.status_code == 400
    assert consents.COOKIE not in response.cookies


def california(request: Any) -> str:
    return "US-CA"


def test_choices__offers_to_limit_it_where_meta_does(client: Client, capi: Any) -> None:
    capi(REGION="tests.privacy.test_choices.california")
    assert BOTH.findall(client.get(PAGE).content.decode()) == ["granted", "limited", "denied"]
    answered(client, "limited")
    assert "yes, but limited" in said(client)


def test_choices__says_that_global_privacy_control_is_obeyed(client: Client) -> None:
    answered(client, "granted")
    html = client.get(PAGE, headers={"sec-gpc": "1"}).content.decode()
    assert "Global Privacy Control" in html


@pytest.fixture(params=[True, False], ids=["the shop's middleware", "none"])
def csrf(request: Any, settings: Any) -> None:
    """These pages are safe without the shop's own protection too."""
    if not request.param:
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]


def test_choices__another_site_can_answer_for_nobody(csrf: None) -> None:
    client = Client(enforce_csrf_checks=True)
    assert answered(client, "granted").status_code == 403


@pytest.mark.parametrize("state", ["", "denied"])
def test_choices__is_for_no_cache_and_no_frame(client: Client, state: str) -> None:
    response = answered(client, state) if state else client.get(PAGE)
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("base", "is_in_the_shops"),
    [("shop/own_pages.html", True), ("shop/base.html", False), ("no/such.html", False), ("", False)],
)
def test_page__stands_in_the_shops_base_or_alone_where_that_has_no_room(
    client: Client, capi: Any, base: str, is_in_the_shops: bool
) -> None:
    capi(BASE_TEMPLATE=base)
    html = client.get(PAGE).content.decode()
    assert ("Gustline" in html) is is_in_the_shops
    assert ("capi_tracking/plain.css" in html) is not is_in_the_shops
    assert html.count('class="capi-own"') == 1


@pytest.mark.parametrize(("language", "words"), [("de", "Nein, danke"), ("fr", "Non, merci"), ("es", "No, gracias")])
def test_page__speaks_the_visitors_language(client: Client, settings: Any, language: str, words: str) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    with translation.override(None):
        html = client.get(PAGE, headers={"accept-language": language}).content.decode()
    assert f'lang="{language}"' in html
    assert words in html


def test_choices__dates_are_those_of_the_answer(client: Client) -> None:
    answered(client, "granted")
    assert f"{timezone.localtime():%Y}" in said(client)
