"""``track_request``: the server's row in the view's transaction, and the browser's half on its way to a page."""

import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from rest_framework.request import Request

from capi_tracking import context, htmx
from capi_tracking.events import StandardEvent
from capi_tracking.exceptions import ImproperlyTracked, InvalidEvent
from capi_tracking.handover.fitting import MAX_BYTES
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent, SkipCount, Status
from capi_tracking.orders import item_data
from capi_tracking.shortcuts import track_request
from demo_project.shop.models import Category, Order, Product, Variant
from tests.sales import FBP

pytestmark = pytest.mark.django_db(transaction=True)

GRANTED = "granted.1.1767225600"
TWO = {"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}, "empty": {"PIXEL_ID": ""}}
HTMX = {"hx-request": "true"}


@pytest.fixture
def ask(rf):
    """A visitor's POST to /join/."""

    def make(consent=GRANTED, path="/join/?utm_source=a&secret=b", method="post", **headers):
        headers = {"user-agent": "Safari", **{name.replace("_", "-"): text for name, text in headers.items()}}
        request = getattr(rf, method)(path, REMOTE_ADDR="8.8.8.8", headers=headers)
        request.COOKIES.update({"capi_consent": consent, "_fbp": FBP} if consent else {})
        return request

    return make


def answer(request, *calls, response=None):
    """What comes of a view that tells of these events."""

    def view(request):
        for name, *things in calls:
            track_request(request, name, *things)
        return response or HttpResponseRedirect("/thanks/")

    return TrackingMiddleware(view)(request)


def decoded(text):
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def encoded(halves):
    return urlsafe_b64encode(json.dumps(halves).encode()).decode().rstrip("=")


def next_of(response):
    return decoded(response.cookies["capi_next"].value) if "capi_next" in response.cookies else []


def triggered(response):
    return json.loads(response.headers["HX-Trigger"])["capi:track"]["events"]


@pytest.fixture
def product():
    return Variant(product=Product(title="Kite", category=Category(title="kites")), sku="K-1", price=Decimal("49.90"))


# -- Both halves -----------------------------------------------------------------------------------------------------


def test_both_halves__have_one_id_and_say_the_same(ask, product):
    response = answer(ask(), ("CustomizeProduct", product))
    row, (half,) = OutboxEvent.objects.get(), next_of(response)
    payload = json.loads(row.payload)
    assert (half["pixel"], half["name"], half["id"]) == (row.pixel, row.event_name, row.event_id)
    assert half["data"] == payload["custom_data"] == item_data(product).as_payload()
    assert "custom" not in half


def test_row__is_sent_under_the_visitors_consent_with_what_the_request_knows(ask):
    answer(ask(referer="http://testserver/join/?secret=b"), ("CompleteRegistration",))
    row = OutboxEvent.objects.get()
    payload = json.loads(row.payload)
    assert (row.status, row.source, row.consent_state, row.consent_source) == ("pending", "server", "granted", "cookie")
    assert payload["user_data"] == {"client_ip_address": "8.8.8.8", "client_user_agent": "Safari", "fbp": FBP}
    assert payload["event_source_url"] == "http://testserver/join/"


def test_row__knows_who_is_logged_in(ask):
    request = ask()
    request.user = get_user_model().objects.create_user("jo", "jo@shop.example")
    answer(request, ("CompleteRegistration",))
    assert {"em", "external_id"} <= set(OutboxEvent.objects.get().match_keys.split())


def test_row__knows_whom_the_object_knows(ask):
    order = Order.objects.create(email="jo@shop.example", total=Decimal("9.50"))
    answer(ask(), ("SubmitApplication", order))
    assert "em" in OutboxEvent.objects.get().match_keys.split()


@pytest.mark.parametrize(
    ("asked", "page", "before"),
    [
        ({"method": "get", "referer": "https://search.example/?q=kites"}, "/join/?utm_source=a", "https://search.example/?q=kites"),
        ({"method": "get", "referer": "http://testserver/before/"}, "/join/?utm_source=a", "http://testserver/before/"),
        ({"method": "get", "referer": "http://testserver/open/?x=1", "hx_request": "true"}, "/open/", None),
        ({"referer": "http://testserver/"}, "/", None),
        ({"referer": "https://elsewhere.example/"}, "/join/?utm_source=a", "https://elsewhere.example/"),
        ({}, "/", None),
        ({"method": "get"}, "/join/?utm_source=a", None),
    ],
)  # fmt: skip
def test_page__is_where_the_form_stood(ask, asked, page, before):
    answer(ask(**asked), ("Contact",))
    payload = json.loads(OutboxEvent.objects.get().payload)
    assert payload["event_source_url"] == f"http://testserver{page}"
    assert payload.get("referrer_url") == before


def test_data__given_by_name_goes_first_and_may_be_the_shops_own(ask, product):
    request = ask()
    with context.serving(request):
        track_request(request, "CustomizeProduct", product, value=1, ring_size=17)
    said = json.loads(OutboxEvent.objects.get().payload)["custom_data"]
    assert said == item_data(product).as_payload() | {"value": 1, "ring_size": 17}


def test_custom_name__is_said_to_be_one(ask):
    assert next_of(answer(ask(), ("NewsletterSignup",)))[0]["custom"] is True


def test_long_lists__are_cut_alike_on_both_sides(ask):
    request = ask(**HTMX)
    with context.serving(request):
        track_request(request, "Search", content_ids=[str(n) for n in range(150)])
    said = json.loads(OutboxEvent.objects.get().payload)["custom_data"]
    assert len(said["content_ids"]) == 100


def test_several_pixels__have_a_row_and_a_half_each_under_one_id(ask, capi):
    capi(PIXELS=TWO, PAGE_PIXELS=["default", "second", "empty"])
    halves = next_of(answer(ask(), ("Contact",)))
    assert [half["pixel"] for half in halves] == ["default", "second"]
    assert {half["id"] for half in halves} == set(OutboxEvent.objects.values_list("event_id", flat=True))
    assert OutboxEvent.objects.count() == 2


def test_one_pixel__may_be_named(ask, capi):
    capi(PIXELS=TWO)
    track_request(ask(), "Contact", pixel="second")
    assert OutboxEvent.objects.get().pixel == "second"


# -- Ids -------------------------------------------------------------------------------------------------------------


def test_id__may_be_the_shops_and_is_returned(ask):
    assert track_request(ask(), "Contact", event_id="enquiry-17") == OutboxEvent.objects.get().event_id == "enquiry-17"
    assert track_request(ask(), "Contact") in OutboxEvent.objects.values_list("event_id", flat=True)


@pytest.mark.parametrize("event_id", ["", "short", "x" * 65, "a b c d e", "ümlautüml", 12345678])
def test_id__that_no_beacon_could_carry_is_refused(ask, event_id):
    with pytest.raises(InvalidEvent, match="event_id"):
        track_request(ask(), "Contact", event_id=event_id)


def test_same_event__twice_in_a_request_is_two_but_under_one_id_is_one(ask):
    request = ask()

    def view(request):
        for event_id in (None, None, "enquiry-17", "enquiry-17"):
            track_request(request, "Contact", event_id=event_id)
        return HttpResponse()

    halves = next_of(TrackingMiddleware(view)(request))
    assert len(halves) == len({half["id"] for half in halves}) == OutboxEvent.objects.count() == 3


# -- What is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("Purchase", {}, "pixel_purchase"),
        ("PageView", {}, "pixel_head"),
        ("CompletRegistration", {}, "Did you mean 'CompleteRegistration'"),
        ("", {}, "printable"),
        ("Contact", {"curency": "EUR"}, "Did you mean currency="),
    ],
)
@pytest.mark.parametrize("consent", [GRANTED, ""])
def test_call__that_can_not_be_right_is_an_error_whoever_visits(ask, name, data, why, consent):
    with pytest.raises(InvalidEvent, match=why):
        track_request(ask(consent), name, **data)
    assert not OutboxEvent.objects.exists()


def test_object__without_an_adapter_is_an_error(ask):
    with pytest.raises(ImproperlyTracked, match="has no adapter"):
        track_request(ask(), "Lead", object())


class Broken:
    def __str__(self):
        raise RuntimeError("jo@shop.example")


@pytest.mark.parametrize(
    ("thing", "data"),
    [
        (Variant(product=Product(title=Broken()), sku="1", price=1), {}),
        (None, {"value": "9,90", "currency": "EUR"}),
        (None, {"value": 9}),
        (None, {"pixel": "nobody"}),
        (None, {"pixel": "empty"}),
        (None, {"pixel": 5}),
    ],
)
def test_view__goes_on_whatever_else_is_wrong(ask, caplog, capi, thing, data):
    capi(PIXELS=TWO)
    request = ask()

    def view(request):
        with transaction.atomic():
            assert track_request(request, "Contact", thing, **data) == ""
            get_user_model().objects.create_user("jo")
        return HttpResponse()

    response = TrackingMiddleware(view)(request)
    assert (response.status_code, next_of(response), get_user_model().objects.count()) == (200, [], 1)
    assert not OutboxEvent.objects.exists()
    assert "Tracking failed with" in caplog.text
    assert "jo@shop.example" not in caplog.text


def test_one_pixel__that_fails_costs_the_others_nothing(ask, capi, monkeypatch):
    capi(PIXELS=TWO, EVENT_BYTES=10)
    assert next_of(answer(ask(), ("Contact",))) == []  # no half without its row


# -- Consent and who is tracked -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("consent", ["", "denied.1.1767225600", "limited.1.1767225600", "granted.0.1767225600"])
def test_without_a_grant__the_event_is_counted_and_nothing_goes_out(ask, consent):
    response = answer(ask(consent), ("Contact",))
    assert next_of(response) == []
    assert not OutboxEvent.objects.exists()
    assert SkipCount.objects.get().reason.startswith("consent_")
    assert track_request(ask(consent), "Contact") == ""


def test_without_a_grant__nothing_of_the_person_is_looked_at(ask, adapter):
    adapter(user_data=lambda self, order: 1 / 0)
    assert track_request(ask("denied.1.1767225600"), "Lead", Order.objects.create(total=1)) == ""
    assert SkipCount.objects.get().reason == "consent_denied"


def off(request):
    request.COOKIES["capi_off"] = "1"


def staff(request):
    request.user = get_user_model()(is_staff=True)


def robot(request):
    request.META["HTTP_USER_AGENT"] = "Googlebot/2.1"


@pytest.mark.parametrize("change", [off, staff, robot])
def test_staff_robots_and_who_is_off__are_told_of_by_nobody(ask, change):
    request = ask()
    change(request)
    assert next_of(answer(request, ("Contact",))) == []
    assert not OutboxEvent.objects.exists()
    assert not SkipCount.objects.exists()


def test_disabled__does_nothing_but_look_at_the_call(ask, capi):
    capi(ENABLED=False)
    response = answer(ask(), ("Contact",))
    assert not response.cookies
    assert "Cache-Control" not in response.headers
    with pytest.raises(InvalidEvent):
        track_request(ask(), "Purchase")


def test_shadow__records_the_row_and_hands_over_nothing(ask, capi):
    capi(SHADOW=True)
    assert next_of(answer(ask(), ("Contact",))) == []
    assert OutboxEvent.objects.get().status == Status.SKIPPED


# -- Transactions -----------------------------------------------------------------------------------------------------


def test_rolled_back__view_has_told_nothing(ask):
    def view(request):
        with transaction.atomic():
            track_request(request, "Contact")
            transaction.set_rollback(True)
        return HttpResponse()

    assert next_of(TrackingMiddleware(view)(ask())) == []
    assert not OutboxEvent.objects.exists()


def test_rolled_back__savepoint_takes_its_own_event_alone(ask):
    def view(request):
        with transaction.atomic():
            track_request(request, "Contact")
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                track_request(request, "Lead")
                raise ZeroDivisionError
        return HttpResponse()

    assert [half["name"] for half in next_of(TrackingMiddleware(view)(ask()))] == ["Contact"]


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_failed_answer__carries_nothing(ask, status, headers):
    response = answer(ask(**headers), ("Contact",), response=HttpResponse(status=status))
    assert not response.cookies
    assert "HX-Trigger" not in response.headers


def told(request):
    track_request(request, "Contact")
    return HttpResponseRedirect("/next/")


def failing(request):
    track_request(request, "Contact")
    raise ZeroDivisionError


urlpatterns = [path("told/", told), path("failing/", failing)]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("atomic", [True, False])
def test_request__in_one_transaction_hands_over_what_it_committed(client, atomic, monkeypatch):
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    client.cookies["capi_consent"], client.raise_request_exception = GRANTED, False
    failed = client.post("/failing/", headers={"user-agent": "Safari"})
    assert (failed.status_code, next_of(failed), OutboxEvent.objects.count()) == (500, [], 0 if atomic else 1)
    assert next_of(client.post("/told/", headers={"user-agent": "Safari"}))[0]["name"] == "Contact"


# -- The cookie --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_secure", [True, False])
def test_cookie__is_for_scripts_of_this_site_and_a_minute(ask, is_secure):
    request = ask()
    request.is_secure = lambda: is_secure
    cookie = answer(request, ("Contact",)).cookies["capi_next"]
    assert (cookie["max-age"], cookie["path"], cookie["samesite"], cookie["domain"]) == (60, "/", "Lax", "")
    assert (bool(cookie["secure"]), cookie["httponly"]) == (is_secure, "")
    assert cookie.output(header="").strip().startswith(f"capi_next={cookie.value};")  # no quotes around it


def test_answer__is_stored_by_nobody(ask):
    for request in (ask(), ask(""), ask(**HTMX)):
        assert answer(request, ("Contact",)).headers["Cache-Control"] == "private, no-store"
        assert request._cache_update_cache is False


def test_thirty_events__fit_because_the_oldest_stay_away(ask):
    response = answer(ask(), *[("CompleteRegistration",)] * 30)
    assert OutboxEvent.objects.count() == 30
    halves = next_of(response)
    assert len(response.cookies["capi_next"].value) <= MAX_BYTES
    assert 15 < len(halves) < 30
    latest = OutboxEvent.objects.order_by("-pk").values_list("event_id", flat=True)[: len(halves)]
    assert [half["id"] for half in halves] == list(reversed(latest))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_long_data__is_left_out_before_an_event_is(ask, headers):
    def view(request):
        track_request(request, "Contact", content_name="ü" * 300)
        track_request(request, "Search", content_ids=[f"article-{n:040}" for n in range(100)], value=5, currency="EUR")
        track_request(request, "Lead", content_name="short")
        return HttpResponse()

    response = TrackingMiddleware(view)(ask(**headers))
    halves = triggered(response) if headers else next_of(response)
    assert [half["name"] for half in halves] == ["Contact", "Search", "Lead"]
    assert [half["data"] for half in halves] == [{"content_name": "ü" * 300}, {}, {"content_name": "short"}]
    assert len(json.loads(OutboxEvent.objects.get(event_name="Search").payload)["custom_data"]["content_ids"]) == 100


def half(**changes):
    return {"pixel": "default", "name": "Lead", "id": "0123456789abcdef", "data": {"value": 1}} | changes


def test_chain_of_redirects__keeps_what_no_page_has_read(ask):
    request = ask(method="get", sec_fetch_mode="navigate")
    request.COOKIES["capi_next"] = encoded([half(), half(name="RingSize", custom=True)])
    halves = next_of(answer(request, ("Contact",)))
    assert [each["name"] for each in halves] == ["Lead", "RingSize", "Contact"]
    assert halves[:2] == [half(), half(name="RingSize", custom=True)]


@pytest.mark.parametrize("headers", [{"sec_fetch_mode": "cors"}, {"sec_fetch_mode": "same-origin"}, HTMX])
def test_script_request__leaves_to_the_page_beside_it_what_that_is_about_to_read(ask, headers):
    request = ask(**headers)
    request.COOKIES["capi_next"] = encoded([half()])
    assert [each["name"] for each in next_of(answer(request, ("Contact",)))] == ["Contact"]


@pytest.mark.parametrize(
    "text",
    [
        "x", "ü", "=", "A" * 4000, encoded([half(data={"a": "b" * 4000})]), "[", encoded({"a": 1}), encoded([1, None, []]), encoded([half(pixel="nobody")]),
        encoded([half(pixel=["default"])]), encoded([half(name="Purchase")]), encoded([half(name=5)]),
        encoded([half(id="short")]), encoded([half(id=7)]), encoded([half(data=[])]),
        encoded([half(data={"a": "\ud800"})]), urlsafe_b64encode(b"[" * 2000).decode(),
    ],
)  # fmt: skip
def test_cookie__that_we_did_not_write_is_passed_on_by_nobody(ask, text):
    request = ask()
    request.COOKIES["capi_next"] = text
    assert [each["name"] for each in next_of(answer(request, ("Contact",)))] == ["Contact"]


def test_request__that_tells_nothing_leaves_the_cookie_alone(ask):
    request = ask()
    request.COOKIES["capi_next"] = encoded([half()])
    assert not answer(request).cookies


# -- Without the middleware, in other wrappings --------------------------------------------------------------------------


def test_without_the_middleware__the_row_is_written_and_the_log_says_so(ask, caplog):
    event_id = track_request(ask(), "Contact")
    assert OutboxEvent.objects.get().event_id == event_id
    assert "Without TrackingMiddleware the browser's half of Contact has no way" in caplog.text
    assert event_id in caplog.text


def test_with_the_middleware__the_log_is_silent(ask, caplog):
    answer(ask(), ("Contact",))
    assert caplog.text == ""


def test_async_view__tells_as_well(ask):
    async def view(request):
        await sync_to_async(track_request)(request, "Contact")
        return HttpResponse()

    response = async_to_sync(TrackingMiddleware(view))(ask())  # in this thread, whose connection is closed in the end
    assert [each["name"] for each in next_of(response)] == ["Contact"]
    assert response.headers["Cache-Control"] == "private, no-store"


def test_rest_frameworks_request__is_taken_for_the_one_it_wraps(ask):
    def view(request):
        track_request(Request(request), "Contact")
        return JsonResponse({})

    assert [each["name"] for each in next_of(TrackingMiddleware(view)(ask()))] == ["Contact"]


# -- htmx ---------------------------------------------------------------------------------------------------------------


def test_htmx__that_stays_gets_the_half_by_trigger(ask):
    response = answer(ask(**HTMX), ("Contact",), response=HttpResponse())
    (told,) = triggered(response)
    assert (told["name"], told["id"]) == ("Contact", OutboxEvent.objects.get().event_id)
    assert not response.cookies


@pytest.mark.parametrize(
    "response",
    [
        HttpResponseRedirect("/x/"),
        HttpResponseClientRedirect("/x/"),
        HttpResponse(headers={"HX-Location": "/x/"}),
        HttpResponse(headers={"HX-Refresh": "true"}),
    ],
)
def test_htmx__that_leaves_takes_the_cookie_along(ask, response):
    response = answer(ask(**HTMX), ("Contact",), response=response)
    assert [each["name"] for each in next_of(response)] == ["Contact"]
    assert "HX-Trigger" not in response.headers


@pytest.mark.parametrize(
    ("header", "others"),
    [
        ("saved", {"saved": {}}),
        ("saved, closed ,", {"saved": {}, "closed": {}}),
        ('{"saved": {"id": "\\u00fc"}, "n": 5}', {"saved": {"id": "ü"}, "n": 5}),
        (' {"saved": null}', {"saved": None}),
    ],
)
def test_htmx__what_the_view_triggers_stays(ask, header, others):
    response = answer(ask(**HTMX), ("Contact",), response=HttpResponse(headers={"HX-Trigger": header}))
    found = json.loads(response.headers["HX-Trigger"])
    assert [each["name"] for each in found.pop("capi:track")["events"]] == ["Contact"]
    assert found == others
    assert response.headers["HX-Trigger"].isascii()


@pytest.mark.parametrize("header", ["{not json", '{"long": "' + "x" * MAX_BYTES + '"}'])
def test_htmx__a_header_that_can_not_be_joined_stays_and_the_cookie_goes(ask, header):
    response = answer(ask(**HTMX), ("Contact",), response=HttpResponse(headers={"HX-Trigger": header}))
    assert response.headers["HX-Trigger"] == header
    assert [each["name"] for each in next_of(response)] == ["Contact"]


def test_htmx__gets_on_with_django_htmx_before_and_after(ask):
    def view(request):
        response = HttpResponse()
        trigger_client_event(response, "before", {"n": 1})
        track_request(request, "Contact")
        htmx.hand_over(request, response)
        track_request(request, "Lead")
        htmx.hand_over(request, response)
        return trigger_client_event(response, "after", {"n": 2})

    response = TrackingMiddleware(view)(ask(**HTMX))
    found = json.loads(response.headers["HX-Trigger"])
    assert [each["name"] for each in found["capi:track"]["events"]] == ["Contact", "Lead"]
    assert (found["before"], found["after"]) == ({"n": 1}, {"n": 2})


def test_htmx_door__needs_no_middleware(ask):
    request = ask(**HTMX)
    track_request(request, "Contact")
    response = htmx.hand_over(request, HttpResponse())
    assert [each["name"] for each in triggered(response)] == ["Contact"]
    assert response.headers["Cache-Control"] == "private, no-store"


def test_htmx_door__waits_for_the_views_transaction(ask):
    committed, rolled_back = HttpResponse(), HttpResponse()
    with transaction.atomic():
        request = ask(**HTMX)
        track_request(request, "Contact")
        htmx.hand_over(request, committed)
        assert "HX-Trigger" not in committed.headers
    with transaction.atomic():
        request = ask(**HTMX)
        track_request(request, "Contact")
        htmx.hand_over(request, rolled_back)
        transaction.set_rollback(True)
    assert [each["name"] for each in triggered(committed)] == ["Contact"]
    assert "HX-Trigger" not in rolled_back.headers


def test_htmx_door__says_nothing_where_nothing_was_told(ask):
    response = htmx.hand_over(ask(**HTMX), HttpResponse())
    assert dict(response.headers) == {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize("name", sorted(set(StandardEvent) - {"Purchase", "PageView"}))
def test_every_standard_event__can_be_told(ask, name):
    assert uuid.UUID(track_request(ask(), name))
