"""Meta's own numbers as the pages are told of them, fetched over HTTP from a sandbox."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from capi_tracking import dataset_quality, metrics
from capi_tracking.models import FetchProblem, QualityFetch, QualitySnapshot
from tests.dataset_quality.asking import GRAPH, TOKEN, fetch, others_send, send
from tests.factories import PixelFactory
from tests.sandbox.both_sides import PIXEL, BothSides

pytestmark = pytest.mark.django_db


def told() -> metrics.Metas:
    (found,) = metrics.metas(using="default")
    return found


def troubles(*kinds: str) -> list[metrics.Problem]:
    found = metrics.health(metrics.window("7d")).problems
    return [problem for problem in found if problem.kind in kinds]


# -- what is told ----------------------------------------------------------------------------------------------------


def test_metas__tell_the_latest_of_each_event_with_its_time(meta: BothSides, django_assert_num_queries: Any) -> None:
    meta.pair("Lead", "id-0000001")
    done = fetch()
    with django_assert_num_queries(1):
        found = told()
    assert (found.pixel, found.problem, found.told_at) == ("default", None, done.started_at)
    line = found.of("Lead")
    assert line is not None
    assert (line.coverage, line.browser_count) == (Decimal(100), 1)
    assert line.taken_at is not None
    assert abs(line.taken_at - done.started_at) < timedelta(milliseconds=1)
    assert found.of("Purchase") is None


def test_page_of_pairs__sets_metas_coverage_beside_ours(meta: BothSides, admin_client: Any) -> None:
    meta.pair("Lead", "id-0000001")
    fetch()
    page = admin_client.get(reverse("admin:capi_tracking_outboxevent_overlap")).content.decode()
    assert re.search(r">Lead</th><td[^>]*>100&nbsp;%</td>", page)


def test_metas__of_a_pixel_that_was_never_asked_about_are_none() -> None:
    PixelFactory()
    found = told()
    assert (found.asked_at, found.told_at, found.told, found.problem) == (None, None, (), None)


def test_metas__after_a_failure_are_the_old_ones_with_the_reason(meta: BothSides) -> None:
    meta.pair("Lead", "id-0000001")
    before = fetch().started_at
    QualityFetch.objects.update(started_at=before - timedelta(hours=1))
    meta.sandbox.switch("send_only")
    fetch()
    found = told()
    assert found.problem is not None
    assert found.told_at == before - timedelta(hours=1)
    assert "may send events and not read" in found.problem.why
    assert "use events dataset" in found.problem.advice
    assert (found.problem.code, found.problem.is_partial) == ("200", False)
    assert found.of("Lead") is not None


@pytest.mark.parametrize("problem", FetchProblem.values)
def test_problem__each_is_explained_with_what_to_do(problem: str) -> None:
    PixelFactory()
    QualityFetch.objects.create(pixel="default", problem=problem)
    found = told().problem
    assert found is not None
    assert found.why.endswith(".")
    assert found.advice.endswith(".")


def test_history__tells_of_the_days_that_have_an_answer(django_assert_num_queries: Any) -> None:
    today = timezone.localdate()
    for days, score in ((0, "7.1"), (3, None), (27, "5.0"), (28, "4.0")):
        day = today - timedelta(days=days)
        QualitySnapshot.objects.create(pixel="default", event_name="Lead", day=day, score=score and Decimal(score))
    QualitySnapshot.objects.create(pixel="other", event_name="Lead", day=today, score=1)
    with django_assert_num_queries(1):
        found = metrics.metas_by_day("default", "Lead", using="default")
    assert [(today - each.day).days for each in found] == [27, 3, 0]
    assert [each.score for each in found] == [Decimal(5), None, Decimal("7.1")]


# -- what it means ---------------------------------------------------------------------------------------------------


def test_others__are_told_of_when_meta_counts_a_tenth_more_than_we_sent(meta: BothSides) -> None:
    send(30)
    others_send(meta, 4)
    fetch()
    (problem,) = troubles("more_at_meta")
    assert (problem.name, problem.count, problem.before, problem.pixel) == ("Lead", 34, 30, "default")
    assert "Somebody else sends Lead" in problem.title
    assert "copy of this shop" in problem.advice


@pytest.mark.parametrize(("ours", "others"), [(30, 3), (5, 20), (31, 0)])
def test_others__are_not_told_of_within_a_tenth_or_of_too_few(meta: BothSides, ours: int, others: int) -> None:
    send(ours)
    others_send(meta, others)
    fetch()
    assert not troubles("more_at_meta")


def test_others__what_meta_may_have_taken_of_ours_is_no_others(meta: BothSides) -> None:
    """The answer is lost, so that we count none of what Meta has."""
    meta.sandbox.switch("closed", times=1)
    send(31)
    others_send(meta, 3)
    fetch()
    line = told().of("Lead")
    assert line is not None
    assert (line.server_count, line.our_count, line.doubtful_count) == (34, 0, 31)
    assert not line.has_other_sender


def test_others__are_meant_to_send_in_shadow_mode(meta: BothSides, capi: Any) -> None:
    pixel = {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN}
    capi(PIXELS={"default": pixel}, GRAPH_URL=meta.sandbox.url, TRANSPORT=GRAPH, SHADOW=True)
    others_send(meta, 40)
    fetch()
    line = told().of("Lead")
    assert line is not None
    assert line.has_other_sender
    assert not troubles("more_at_meta", "coverage")


def test_coverage__below_metas_goal_is_told(meta: BothSides) -> None:
    for number in range(10):
        meta.browser("AddToCart", f"id-{number:06}", fbp=f"fb.1.1764000000000.{number}")
    meta.server("AddToCart", "id-000001", user_data={"client_user_agent": "Firefox", "external_id": ["0" * 64]})
    fetch()
    (problem,) = troubles("coverage")
    assert (problem.name, problem.percent) == ("AddToCart", 10)
    assert "10\N{NO-BREAK SPACE}% (goal 75\N{NO-BREAK SPACE}%)" in problem.title


def test_coverage__of_few_events_is_not_judged(meta: BothSides) -> None:
    for number in range(9):
        meta.browser("AddToCart", f"id-{number:06}")
    fetch()
    assert not troubles("coverage")


def test_troubles__end_with_what_is_told_of_them(meta: BothSides) -> None:
    others_send(meta, 40)
    fetch()
    assert troubles("more_at_meta")
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=1), tick=False):
        assert not troubles("more_at_meta")
    send(40)
    QualityFetch.objects.update(started_at=timezone.now() - timedelta(hours=1))
    meta.sandbox.reset()
    send(40, "Subscribe")
    assert dataset_quality.fetch_all()
    assert not troubles("more_at_meta")
