"""What is one visitor's stands in no cache: Django's own, per view and per site, and anybody's by ``Cache-Control``."""

from datetime import timedelta
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.cache import cache
from django.http import HttpResponse
from django.template import RequestContext, Template, engines
from django.template.response import TemplateResponse
from django.test import AsyncClient
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.cache import cache_page

from capi_tracking import context
from capi_tracking.shortcuts import track_request
from demo_project.shop.models import Order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

GRANTED = "granted.1.1767225600"
OURS = "capi_tracking.middleware.TrackingMiddleware"
UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"
PER_SITE = {
    "inside": [UPDATE, OURS, FETCH],
    "outside": [OURS, UPDATE, FETCH],
    "last": [UPDATE, FETCH, OURS],
}
served = []
LAZY = "{% load capi_tracking %}{% pixel_purchase order %}"


def page(body):
    template = Template("{% load capi_tracking %}" + body)

    def view(request):
        served.append(request.path)
        return HttpResponse(template.render(RequestContext(request, {"order": Order.objects.first()})))

    return view


def lazy(request):
    """Rendered after the view, as a class-based view's page is."""
    served.append(request.path)
    return TemplateResponse(request, engines["django"].from_string(LAZY), {"order": Order.objects.first()})


def telling(request):
    served.append(request.path)
    track_request(request, "Contact")
    return HttpResponse("told")


async def telling_later(request):
    return await sync_to_async(telling)(request)


VIEWS = {
    "plain": page('{% pixel_head %}{% pixel_event "Contact" %}'),
    "sale": page("{% pixel_head %}{% pixel_purchase order %}"),
    "noscript": page("{% pixel_head %}{% pixel_noscript %}"),
    "lazy": lazy,
    "telling": telling,
}
PRIVATE = sorted(VIEWS.keys() - {"plain"})
urlpatterns = [path(f"{name}/", view) for name, view in VIEWS.items()]
urlpatterns += [path(f"cached/{name}/", cache_page(600)(view)) for name, view in VIEWS.items()]
urlpatterns += [path("cached/later/", cache_page(600)(telling_later)), path("capi/", include("capi_tracking.urls"))]


@pytest.fixture(autouse=True)
def order(rf):
    cache.clear()
    served.clear()
    with context.serving(rf.get("/", HTTP_COOKIE=f"capi_consent={GRANTED}")):
        paid_at = timezone.now() - timedelta(seconds=1)
        return Order.objects.create(email="jo@shop.example", total=Decimal("9.5"), status="paid", paid_at=paid_at)


def visit(client, address):
    """Two visitors, one after the other."""
    client.cookies["capi_consent"] = GRANTED
    return [client.get(address, headers={"user-agent": "Safari"}) for _ in range(2)]


def assert_kept_by_nobody(responses):
    assert len(served) == 2
    for response in responses:
        assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", PRIVATE)
def test_cache_page__keeps_nothing_of_a_private_page(client, settings, name):
    settings.MIDDLEWARE = [OURS]
    assert_kept_by_nobody(visit(client, f"/cached/{name}/"))


@pytest.mark.parametrize("where", PER_SITE)
@pytest.mark.parametrize("name", PRIVATE)
def test_site_cache__keeps_nothing_of_a_private_page_wherever_our_middleware_stands(client, settings, name, where):
    settings.MIDDLEWARE = PER_SITE[where]
    assert_kept_by_nobody(visit(client, f"/{name}/"))


@pytest.mark.parametrize("middleware", [[OURS], *PER_SITE.values()])
def test_plain_page__is_kept_with_its_tags(client, settings, middleware):
    settings.MIDDLEWARE = middleware
    address = "/cached/plain/" if middleware == [OURS] else "/plain/"
    first, second = visit(client, address)
    assert len(served) == 1
    assert first.content == second.content
    assert not first.cookies


def test_two_visitors__never_get_one_visitors_cookie(client, settings):
    settings.MIDDLEWARE = [OURS]
    values = [response.cookies["capi_next"].value for response in visit(client, "/cached/telling/")]
    assert values[0] != values[1]


def test_async_view__is_kept_by_nobody_either(settings):
    settings.MIDDLEWARE = [OURS]

    async def both():
        client = AsyncClient()
        client.cookies["capi_consent"] = GRANTED
        return [await client.get("/cached/later/", headers={"user-agent": "Safari"}) for _ in range(2)]

    responses = async_to_sync(both)()  # in this thread, whose connection is closed in the end
    assert_kept_by_nobody(responses)
    assert all("capi_next" in response.cookies for response in responses)
