"""The middleware: whose request it is, and which pages are private."""

import asyncio

import pytest
from asgiref.sync import iscoroutinefunction
from django.http import HttpResponse
from django.middleware.cache import UpdateCacheMiddleware
from django.template import RequestContext, Template

from capi_tracking import context
from capi_tracking.middleware import TrackingMiddleware


def seen_by(request):
    response = HttpResponse()
    response.seen = context.current_request()
    return response


def private(request):
    context.keep_private(request)
    return HttpResponse(headers={"Cache-Control": "public, max-age=600"})


def test_request__is_known_while_it_is_served(rf):
    request = rf.get("/")
    assert TrackingMiddleware(seen_by)(request).seen is request
    assert context.current_request() is None


def test_request__is_known_in_an_async_chain_too(rf):
    async def view(request):
        return seen_by(request)

    request = rf.get("/")
    middleware = TrackingMiddleware(view)
    assert iscoroutinefunction(middleware)
    assert asyncio.run(middleware(request)).seen is request
    assert context.current_request() is None


def test_request__is_forgotten_when_the_view_fails(rf):
    def view(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TrackingMiddleware(view)(rf.get("/"))
    assert context.current_request() is None


def test_private_page__is_stored_by_nobody(rf):
    assert TrackingMiddleware(private)(rf.get("/")).headers["Cache-Control"] == "private, no-store"


def test_private_page__is_private_in_an_async_chain_too(rf):
    async def view(request):
        return private(request)

    response = asyncio.run(TrackingMiddleware(view)(rf.get("/")))
    assert response.headers["Cache-Control"] == "private, no-store"


def test_private_page__is_not_kept_by_djangos_own_cache(rf):
    kept = UpdateCacheMiddleware(lambda request: HttpResponse())
    request = rf.get("/")
    request._cache_update_cache = True
    context.keep_private(request)
    assert kept._should_update_cache(request, HttpResponse()) is False


def test_other_pages__are_left_alone(rf):
    response = TrackingMiddleware(seen_by)(rf.get("/"))
    assert "Cache-Control" not in response.headers
    assert not response.cookies


def reset(request):
    return HttpResponse(Template("{% load capi_tracking %}{% pixel_private %}").render(RequestContext(request)))


@pytest.mark.parametrize(("headers", "target"), [({"HX-Request": "true"}, "/reset/s3cret/?a=1"), ({}, None)])
def test_secret_page__is_loaded_in_full_by_htmx_which_would_leave_its_head_behind(rf, headers, target):
    answer = TrackingMiddleware(reset)(rf.get("/reset/s3cret/?a=1", headers=headers))
    assert answer.headers.get("HX-Redirect") == target
    assert "HX-Redirect" not in TrackingMiddleware(seen_by)(rf.get("/", headers=headers)).headers


def test_secret_page__that_answers_a_form_keeps_its_errors(rf):
    answer = TrackingMiddleware(reset)(rf.post("/reset/s3cret/", headers={"HX-Request": "true"}))
    assert "HX-Redirect" not in answer.headers


def test_secret_page__sends_nobody_to_another_host(rf):
    answer = TrackingMiddleware(reset)(rf.get("/", PATH_INFO="//evil.example/", headers={"HX-Request": "true"}))
    assert answer.headers["HX-Redirect"] == "/%2Fevil.example/"
