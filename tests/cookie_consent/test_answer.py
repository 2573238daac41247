"""An answer by the package's own views is one for us, in the same response."""

from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from cookie_consent.models import Cookie, CookieGroup
from django.db import DatabaseError
from django.test import AsyncClient, Client, override_settings
from django.utils import timezone

from capi_tracking import consent as consents
from capi_tracking import privacy
from capi_tracking.consent import Consent, ConsentState
from capi_tracking.contrib.cookie_consent import CookieConsentMiddleware
from capi_tracking.events import Event, UserData
from capi_tracking.models import OutboxEvent
from capi_tracking.tracking import track

pytestmark = pytest.mark.django_db

FBP = "fb.1.1767225600000.1234567890"
MINE = f"{__name__}.AdsMiddleware"


class AdsMiddleware(CookieConsentMiddleware):
    group = "ads"


@pytest.fixture(autouse=True)
def groups():
    for place, name in enumerate(("marketing", "ads", "statistics")):
        group = CookieGroup.objects.create(varname=name, name=name, ordering=place)
        Cookie.objects.create(cookiegroup=group, name=f"_{name}", domain=".shop.example")


@pytest.fixture
def visitor():
    return Client()


def answer(client, how, *names, **more):
    given = {"cookie_groups": names} if names else {"all_groups": "on"}
    return client.post(f"/cookies/{how}/", given, **more)


def stated(client):
    """What the browser remembers, and since when."""
    morsel = client.cookies.get("capi_consent")
    found = consents.from_cookie(morsel.value) if morsel else Consent()
    return found.state


def waiting(fbp=FBP, at=None):
    event = Event(
        name="Contact",
        event_id="contact-number-1",
        event_time=timezone.now(),
        event_source_url="https://shop.example/",
        user_data=UserData.of(fbp=fbp, client_user_agent="Firefox", client_ip_address="8.8.8.8"),
    )
    granted = Consent(ConsentState.GRANTED, "1", "cookie", at or timezone.now() - timedelta(hours=1))
    return track(event, consent=granted)


def status():
    return OutboxEvent.objects.get().status


@pytest.mark.parametrize("names", [(), ("marketing",), ("marketing", "statistics")], ids=["all", "one", "two"])
def test_accept__of_the_group_is_a_grant_in_the_same_response(visitor, names):
    response = answer(visitor, "accept", *names)
    assert "cookie_consent" in response.cookies
    assert response.cookies["capi_consent"].value.startswith("granted.1.")
    assert stated(visitor) == "granted"


def test_accept__by_the_packages_script_is_one_too(visitor):
    response = answer(visitor, "accept", headers={"x-cookie-consent-fetch": "1"})
    assert (response.status_code, stated(visitor)) == (200, "granted")


def test_decline__of_the_group_is_a_refusal_and_cancels_what_waits(visitor):
    answer(visitor, "accept")
    waiting()
    visitor.cookies["_fbp"] = FBP
    answer(visitor, "decline", "marketing")
    assert stated(visitor) == "denied"
    assert status() == OutboxEvent.Status.CANCELLED


def test_cookie__is_one_that_scripts_read_for_as_long_as_the_answer_counts(visitor, settings):
    settings.CAPI_TRACKING = settings.CAPI_TRACKING | {"CONSENT_DAYS": 30, "CONSENT_POLICY": "7"}
    morsel = answer(visitor, "accept", secure=True).cookies["capi_consent"]
    assert morsel.value.startswith("granted.7.")
    found = {name: morsel[name] for name in ("max-age", "path", "samesite", "secure", "httponly", "domain")}
    assert found == {
        "max-age": 30 * 86400,
        "path": "/",
        "samesite": "Lax",
        "secure": True,
        "httponly": "",
        "domain": "",
    }


@pytest.mark.parametrize("how", ["accept", "decline"])
def test_answer__about_another_group_is_none_for_us(visitor, how):
    assert "capi_consent" not in answer(visitor, how, "statistics").cookies


def test_answer__about_another_group_repeats_ours_which_is_no_new_one(visitor):
    answer(visitor, "accept", "marketing")
    assert "capi_consent" not in answer(visitor, "decline", "statistics").cookies
    visitor.cookies["capi_consent"] = f"denied.1.{int(datetime.now(UTC).timestamp())}"  # on our own page
    assert "capi_consent" not in answer(visitor, "accept", "statistics").cookies


def test_decline__holds_where_we_were_told_yes_elsewhere(visitor):
    answer(visitor, "decline", "marketing")
    visitor.cookies["capi_consent"] = f"granted.1.{int(datetime.now(UTC).timestamp())}"
    answer(visitor, "decline", "marketing")
    assert stated(visitor) == "denied"


def test_page__on_which_nothing_is_answered_gets_no_cookie(visitor):
    answer(visitor, "accept")
    assert not visitor.get("/").cookies


def test_group__is_named_by_a_subclass(visitor, settings):
    ours = "capi_tracking.contrib.cookie_consent.CookieConsentMiddleware"
    with override_settings(MIDDLEWARE=[MINE if each == ours else each for each in settings.MIDDLEWARE]):
        assert "capi_consent" not in answer(visitor, "accept", "marketing").cookies
        answer(visitor, "accept", "ads")
    assert stated(visitor) == "granted"


def test_decline__is_kept_though_the_database_fails(visitor, monkeypatch):
    def fail(*given, **named):
        raise DatabaseError("gone")

    monkeypatch.setattr(privacy, "withdraw_visitor", fail)
    answer(visitor, "decline")
    assert stated(visitor) == "denied"


def test_answer__is_handed_on_in_an_async_chain_too():
    client = AsyncClient()
    assert not async_to_sync(client.get)("/unhurried/").cookies
    response = async_to_sync(client.post)("/cookies/decline/", {"all_groups": "on"})
    assert response.cookies["capi_consent"].value.startswith("denied.1.")
