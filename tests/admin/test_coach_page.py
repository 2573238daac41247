"""The page "Match quality"."""

import re

import pytest
from django.urls import reverse

from capi_tracking.events import UserData
from capi_tracking.models import OutboxEvent
from capi_tracking.tracking import track
from tests.factories import an_event
from tests.sales import new_order

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:capi_tracking_matchquality_changelist")


@pytest.fixture
def marketer(staff):
    return staff("view_matchquality")


def read(client, address=PAGE):
    page = client.get(address).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("capi-page") :]).split())


def test_page__tells_score_advice_clicks_and_shares(marketer, visitor, django_capture_on_commit_callbacks):
    with visitor(), django_capture_on_commit_callbacks(execute=True):
        new_order(phone="0000000000").save()
    track_page()
    page = read(marketer)
    score = OutboxEvent.objects.get(event_name="Purchase").match_score
    assert f"Match keys of Purchase {score}" in page
    assert "A heuristic of ours" in page
    assert "up to +12.0 points" in page
    assert "1 was given and refused" in page
    assert "cookie malformed 1" in page
    assert "Match keys of PageView" in read(marketer, f"{PAGE}?event=PageView")


def track_page():
    track(an_event("PageView", user_data=UserData.of(client_ip_address="8.8.8.8", fbc="cut")))


def test_page__is_empty_before_anything_happened(marketer):
    assert "Nothing has been tracked in this period yet." in read(marketer)


@pytest.mark.parametrize("query", ["period=9999d", "event=%00", "pixel=nope", "since=2026-99-99", "event=<b>"])
def test_page__stands_whatever_the_address_says(marketer, query, make_event):
    track(make_event())
    answer = marketer.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text


def test_page__asks_few_questions(marketer, make_event, django_assert_max_num_queries):
    for name in ("Purchase", "PageView", "Lead"):
        track(make_event(name=name, event_id=name))
    with django_assert_max_num_queries(12):
        marketer.get(PAGE)
