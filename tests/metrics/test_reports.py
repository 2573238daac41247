"""What pages report of foreign pixels and of policies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from capi_tracking.models import PageReport
from tests.metrics.asking import health

pytestmark = pytest.mark.django_db


def told(kind="foreign", page="/p/", subject="999", name="PageView", count=1, ago=0):
    day = timezone.localdate() - timedelta(days=ago)
    PageReport.objects.add_all(day, {(kind, page, subject, name): count})


def reports():
    found = [problem for problem in health("7d").problems if problem.kind in ("foreign", "policy")]
    return [(each.kind, each.subject, each.name, each.count, each.pages) for each in found]


def test_reports__of_one_pixel_are_one_line_that_names_its_busiest_pages():
    for page, count in (("/a/", 1), ("/b/", 5), ("/c/", 3), ("/d/", 2), ("/b/", 2)):
        told(page=page, count=count)
    told(page="/b/", name="AddToCart", count=4)
    assert reports() == [("foreign", "999", "", 17, ("/b/", "/c/", "/d/"))]


def test_reports__of_a_policy_name_directive_and_host_and_come_before_others_pixels():
    told(count=100)
    told("violation", subject="img-src", name="www.facebook.com", count=2)
    told("violation", subject="img-src", name="connect.facebook.net", count=3)
    assert reports() == [
        ("policy", "img-src", "connect.facebook.net", 3, ("/p/",)),
        ("policy", "img-src", "www.facebook.com", 2, ("/p/",)),
        ("foreign", "999", "", 100, ("/p/",)),
    ]


def test_reports__are_bounded_and_of_the_window():
    told(count=1000, ago=20)
    assert reports() == []
    for number in range(20):
        told(subject=str(number), count=number + 1)
    assert [report[1] for report in reports()] == ["19", "18", "17", "16", "15"]


def test_reports__know_a_pixel_of_our_own_and_what_becomes_of_the_calls(capi):
    told(subject="1234567890")
    told()
    capi(FOREIGN_PIXELS="refuse")
    lines = {problem.subject: problem for problem in health("7d").problems}
    assert (lines["1234567890"].pixel, lines["999"].pixel) == ("default", "")
    assert lines["999"].reason == "refuse"


def test_reports__add_up_in_one_statement(django_assert_num_queries):
    told(count=2)
    with django_assert_num_queries(2) as asked:
        PageReport.objects.add_all(
            timezone.localdate(), {("foreign", "/p/", "999", "PageView"): 3, ("foreign", "", "999", "PageView"): 1}
        )
    assert [query["sql"].split()[0] for query in asked.captured_queries] == ["SELECT", "INSERT"]
    assert sorted(PageReport.objects.values_list("page", "count")) == [("", 1), ("/p/", 5)]


def test_reports__tell_pages_apart_that_differ_in_case_or_accents_alone():
    for page in ("/p/", "/P/", "/\u00e9/", "/e/", "/e/ "):
        told(page=page)
    assert PageReport.objects.count() == 5
