"""Meta's own numbers, asked for over HTTP of a sandbox, and what becomes of every answer that is none."""

import json
import logging
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from capi_tracking import dataset_quality, tasks
from capi_tracking.models import FetchProblem, QualityFetch, QualitySnapshot, Status
from tests.dataset_quality.asking import GRAPH, TOKEN, fetch, send
from tests.factories import DeliveryAttemptFactory, OutboxEventFactory
from tests.sandbox.both_sides import PIXEL, BothSides

pytestmark = pytest.mark.django_db
SECRET = "0123456789abcdef0123456789abcdef"


def snapshot(event: str = "Purchase") -> QualitySnapshot:
    return QualitySnapshot.objects.get(event_name=event)


# -- what is kept ----------------------------------------------------------------------------------------------------


def test_fetch__keeps_what_meta_says_of_each_event(meta: BothSides) -> None:
    meta.pair("Purchase", "id-0000001")
    meta.browser("Purchase", "id-0000002", fbp="fb.1.1764000000000.7")
    send(2)
    done = fetch()
    assert (done.problem, done.events) == ("", 2)
    kept = snapshot()
    assert kept.score is not None
    assert 0 < kept.score <= 10
    assert (kept.coverage, kept.goal, kept.freshness) == (Decimal(50), Decimal(75), "real_time")
    assert kept.keys["fbp"] == 100
    assert kept.dedup["event_id"] == {"browser": 100, "server": 100, "added": 50}
    assert (kept.browser_count, kept.server_count, kept.our_count) == (2, 1, 0)
    assert kept.counted_since.minute == 0
    assert (snapshot("Lead").server_count, snapshot("Lead").our_count) == (2, 2)


def test_fetch__an_event_that_did_not_come_today_was_counted_none_times(meta: BothSides) -> None:
    """Else its coverage of seven days would be judged as if Meta had told nothing of how few it was."""
    meta.browser("Search", "id-0000001")
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        fetch()
    kept = snapshot("Search")
    assert (kept.coverage, kept.browser_count, kept.server_count, kept.our_count) == (0, 0, 0, 0)


def test_fetch__sends_the_token_in_a_header_and_the_proof_with_it(meta: BothSides, capi: Any) -> None:
    meta.sandbox.app_secret = SECRET
    capi(
        PIXELS={"default": {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN, "APP_SECRET": SECRET}},
        GRAPH_URL=meta.sandbox.url,
        TRANSPORT=GRAPH,
    )
    assert fetch().problem == ""


def test_fetch__rests_between_two_presses_of_a_button(meta: BothSides) -> None:
    fetch()
    assert dataset_quality.fetch("default") is None
    assert dataset_quality.fetch_all() == []
    assert meta.sandbox.requests["reading"] == 3


def test_fetch__a_later_answer_of_the_day_takes_the_place_of_the_earlier_one(meta: BothSides) -> None:
    meta.pair("Lead", "id-0000001")
    fetch()
    meta.browser("Lead", "id-0000002", fbp="fb.1.1764000000000.7")
    QualityFetch.objects.all().delete()
    fetch()
    assert snapshot("Lead").coverage == Decimal(50)


def test_fetch__what_was_known_outlives_a_failure(meta: BothSides) -> None:
    meta.pair("Lead", "id-0000001")
    fetch()
    before = snapshot("Lead")
    QualityFetch.objects.all().delete()
    meta.sandbox.switch("token")
    assert fetch().problem == FetchProblem.TOKEN
    assert (snapshot("Lead").score, snapshot("Lead").taken_at) == (before.score, before.taken_at)


def test_fetch__of_the_rights_to_one_half_the_other_half_is_kept(meta: BothSides) -> None:
    send(3)
    meta.sandbox.switch("send_only", times=1)
    done = fetch()
    assert (done.problem, done.asked_for) == (FetchProblem.PERMISSION, "dataset_quality")
    assert (snapshot("Lead").score, snapshot("Lead").server_count) == (None, 3)


def test_fetch__counts_what_may_have_arrived_unanswered(meta: BothSides) -> None:
    row = OutboxEventFactory(event_name="Lead", sent=True, settled_at=timezone.now())
    OutboxEventFactory(event_name="Lead", status=Status.LEASED)
    DeliveryAttemptFactory(unreachable=True, events=[row.pk])
    OutboxEventFactory(event_name="Lead", sent=True, settled_at=timezone.now() - timedelta(days=2))
    erased = timezone.now()
    OutboxEventFactory(event_name="Lead", sent=True, settled_at=erased, redacted_at=erased)
    fetch()
    assert (snapshot("Lead").our_count, snapshot("Lead").doubtful_count) == (2, 2)


# -- what Meta does not tell -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("switch", "options", "problem", "code"),
    [
        ("token", {}, FetchProblem.TOKEN, (190, 460)),
        ("permission", {"code": 10}, FetchProblem.PERMISSION, (10, None)),
        ("permission", {"code": 3}, FetchProblem.PERMISSION, (3, None)),
        ("send_only", {}, FetchProblem.PERMISSION, (200, None)),
        ("send_only", {"code": 299}, FetchProblem.PERMISSION, (299, None)),
        ("unknown_pixel", {}, FetchProblem.PIXEL, (100, 33)),
        ("throttled", {"code": 80004}, FetchProblem.THROTTLED, (80004, None)),
        ("server_error", {}, FetchProblem.UNREACHABLE, (2, None)),
        ("html", {}, FetchProblem.UNREACHABLE, (None, None)),
        ("html", {"status": 200}, FetchProblem.ODD, (None, None)),
        ("redirect", {}, FetchProblem.UNREACHABLE, (None, None)),
        ("down", {}, FetchProblem.UNREACHABLE, (None, None)),
        ("huge", {"megabytes": 3}, FetchProblem.ODD, (None, None)),
    ],
    ids=str,
)
def test_fetch__a_failure_is_kept_as_such_and_never_as_zero(
    meta: BothSides, switch: str, options: dict[str, Any], problem: str, code: Any
) -> None:
    send(1)
    meta.sandbox.switch(switch, **options)
    done = fetch()
    assert (done.problem, (done.code, done.subcode), done.events) == (problem, code, 0)
    assert done.asked_for == "dataset_quality"
    assert not QualitySnapshot.objects.exists()
    assert QualityFetch.objects.get().problem == problem


@pytest.mark.parametrize(
    ("code", "subcode", "problem"),
    [
        (102, None, FetchProblem.TOKEN),
        (190, 463, FetchProblem.TOKEN),
        (803, None, FetchProblem.PIXEL),
        (100, 34, FetchProblem.PIXEL),
        (2635, None, FetchProblem.VERSION),
        (100, None, FetchProblem.REFUSED),
        (2500, None, FetchProblem.REFUSED),
        (368, None, FetchProblem.THROTTLED),
        (1, None, FetchProblem.UNREACHABLE),
    ],
)
def test_fetch__knows_each_documented_code(meta: BothSides, code: int, subcode: int | None, problem: str) -> None:
    meta.sandbox.answer_next(code, subcode, times=3)
    assert fetch().problem == problem


def test_fetch__does_not_pause_the_pixel_of_a_token_that_only_sends(meta: BothSides) -> None:
    meta.sandbox.switch("send_only")
    fetch()
    send(1)
    assert len(meta.sandbox.events) == 1


@pytest.mark.parametrize(
    ("pixel", "given", "problem"),
    [
        ({"PIXEL_ID": PIXEL}, {}, FetchProblem.NO_TOKEN),
        ({"ACCESS_TOKEN": TOKEN}, {}, FetchProblem.NO_TOKEN),
        ({}, {"TRANSPORT": "capi_tracking.transports.local.MemoryTransport"}, FetchProblem.UNSUPPORTED),
        ({}, {"GRAPH_URL": "http://graph.facebook.com"}, FetchProblem.UNSUPPORTED),
        ({}, {"TRANSPORT": "nowhere.Transport"}, FetchProblem.UNSUPPORTED),
    ],
)
def test_fetch__asks_nobody_where_the_settings_leave_no_way(
    meta: BothSides, capi: Any, pixel: dict[str, str], given: dict[str, str], problem: str
) -> None:
    known = {"GRAPH_URL": meta.sandbox.url, "TRANSPORT": GRAPH}
    capi(PIXELS={"default": pixel or {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN}}, **(known | given))
    assert fetch().problem == problem
    assert meta.sandbox.requests.get("reading", 0) == 0


# -- what a hostile server says --------------------------------------------------------------------------------------

DEEP = "[" * 100_000
HOSTILE: list[Any] = [
    DEEP,
    '{"web":' + DEEP,
    {"web": {"event_name": "Lead"}},
    {"web": "Lead"},
    {"web": None},
    [],
    '{"web": [{"event_name": "Lead", "event_match_quality": {"composite_score": NaN}}]}',
]
ODD: dict[str, Any] = {
    "event_name": f"Lead\x00 {TOKEN}\ud800" + "x" * 500,
    "event_match_quality": {
        "composite_score": 1e400,
        "match_key_feedback": [7, {"identifier": ["em"]}, {"identifier": "em", "coverage": {"percentage": "many"}}]
        * 99,
        "diagnostics": [{"name": f"<script>{SECRET}", "percentage": True, "total_event_count": 10**30}] * 1000,
    },
    "event_coverage": {"percentage": -1, "goal_percentage": 1e9},
    "dedupe_key_feedback": "event_id",
    "data_freshness": {"upload_frequency": TOKEN},
}


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_fetch__an_answer_of_another_shape_harms_nothing(meta: BothSides, body: Any) -> None:
    meta.sandbox.answer_next(status=200, body=body if isinstance(body, str) else json.dumps(body), times=3)
    assert fetch().problem in {FetchProblem.ODD, ""}
    assert not QualitySnapshot.objects.exclude(score=None).exists()


def test_fetch__odd_values_count_as_not_said_and_echo_no_secret(meta: BothSides, capi: Any) -> None:
    capi(
        PIXELS={"default": {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN, "APP_SECRET": SECRET}},
        GRAPH_URL=meta.sandbox.url,
        TRANSPORT=GRAPH,
    )
    meta.sandbox.answer_next(status=200, body=json.dumps({"web": [ODD, 7, {}, ODD]}))
    fetch()
    kept = QualitySnapshot.objects.get()
    assert len(kept.event_name) <= 100
    assert (kept.score, kept.coverage, kept.goal, kept.keys, kept.dedup) == (None, None, None, {}, {})
    assert len(kept.diagnostics) == 20
    assert (kept.diagnostics[0]["percent"], kept.diagnostics[0]["total"]) == (None, None)
    told = f"{kept.event_name}{kept.diagnostics}{kept.freshness}"
    assert TOKEN not in told
    assert SECRET not in told


def hour(name: str = "Lead", times: Any = 1, start: str = "") -> dict[str, Any]:
    return {
        "start_time": start or f"{timezone.now():%Y-%m-%dT%H:00:00+0000}",
        "data": [{"value": name, "count": times}],
    }


def test_fetch__reads_all_pages_of_the_counts_and_no_strangers_address(meta: BothSides) -> None:
    more = {"paging": {"next": "http://127.0.0.1:9/else", "cursors": {"after": "abc"}}}
    for body in ({"web": []}, {"data": [hour(times=2)]}, {"data": [hour(times=40)]} | more, {"data": [hour(times=5)]}):
        meta.sandbox.answer_next(status=200, body=json.dumps(body))
    assert fetch().problem == ""
    assert (snapshot("Lead").browser_count, snapshot("Lead").server_count) == (2, 45)


@pytest.mark.parametrize("cursor", ["abc", "", None, 7, "x" * 5000])
def test_fetch__counts_without_an_end_are_none(meta: BothSides, cursor: Any) -> None:
    endless = {"data": [hour()], "paging": {"next": "more", "cursors": {"after": cursor}}}
    meta.sandbox.answer_next(status=200, body='{"web": []}')
    meta.sandbox.answer_next(status=200, body=json.dumps(endless), times=50)
    done = fetch()
    assert (done.problem, done.asked_for) == (FetchProblem.ODD, "stats")
    assert not QualitySnapshot.objects.exists()


def test_fetch__odd_hours_count_nothing(meta: BothSides) -> None:
    odd = [
        hour(start="2020-01-01T00:00:00+0000"),
        hour(start="soon"),
        hour(start="2026-11-27T00:00:00"),
        hour(times=-5),
    ]
    odd += [hour(times=True), hour(times="9"), {"start_time": 7}, {"data": {}}, hour(times=10**30), 7]
    for body in ({"web": []}, {"data": odd}, {"data": [*odd, hour("View")]}):
        meta.sandbox.answer_next(status=200, body=json.dumps(body))
    assert fetch().problem == ""
    assert list(QualitySnapshot.objects.values_list("event_name", "server_count")) == [("View", 1)]


def test_fetch__a_dripping_answer_has_an_end(meta: BothSides, capi: Any) -> None:
    meta.sandbox.switch("timeout")
    began = time.monotonic()
    assert dataset_quality.fetch("default", patience=timedelta(milliseconds=200)).problem == FetchProblem.UNREACHABLE
    assert time.monotonic() - began < 5
    meta.sandbox.switch("timeout", False)


def test_fetch__a_bug_of_the_shops_own_transport_tells_its_name_alone(meta: BothSides, monkeypatch: Any) -> None:
    def fail(*args: Any) -> Any:
        raise RuntimeError(f"no answer with {TOKEN}")

    monkeypatch.setattr(f"{GRAPH}.ask", fail)
    done = fetch()
    assert (done.problem, done.message) == (FetchProblem.ODD, "RuntimeError")


def test_fetch__no_log_line_or_row_has_a_secret(meta: BothSides, capi: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    pixel = {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN, "APP_SECRET": SECRET}
    capi(PIXELS={"default": pixel}, GRAPH_URL=meta.sandbox.url, TRANSPORT=GRAPH)
    meta.sandbox.answer_next(190, message=f"{TOKEN} of {SECRET} has expired")
    done = fetch()
    assert done.message
    meta.sandbox.switch("down")
    QualityFetch.objects.update(started_at=timezone.now() - timedelta(days=1))
    fetch()
    written = "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)
    written += "\n".join(str(row) for row in QualityFetch.objects.values())
    assert "not fetched" in written
    assert TOKEN not in written
    assert SECRET not in written


# -- by itself -------------------------------------------------------------------------------------------------------


def test_task__asks_once_a_day(meta: BothSides) -> None:
    tasks.ask_meta.run()
    for hours, times in ((1, 3), (23, 3), (24, 6)):
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            tasks.ask_meta.run()
        assert meta.sandbox.requests["reading"] == times, hours


def test_task__asks_again_some_hours_after_a_failure(meta: BothSides) -> None:
    meta.sandbox.switch("token", times=1)
    tasks.ask_meta.run()
    for hours, problems in ((1, ["token"]), (5, ["token", ""])):
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            tasks.ask_meta.run()
        assert list(QualityFetch.objects.order_by("pk").values_list("problem", flat=True)) == problems


def test_task__asks_nobody_while_all_is_off(meta: BothSides, capi: Any) -> None:
    capi(ENABLED=False, PIXELS={"default": {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN}}, TRANSPORT=GRAPH)
    tasks.ask_meta.run()
    assert not QualityFetch.objects.exists()


def test_command__says_what_became_of_it(meta: BothSides, capsys: Any) -> None:
    meta.pair("Lead", "id-0000001")
    call_command("capi_ask_meta")
    call_command("capi_ask_meta")
    assert capsys.readouterr().out.splitlines() == ["default: told of 1 event", "Nothing is to be asked now."]
    QualityFetch.objects.update(started_at=timezone.now() - timedelta(hours=1))
    meta.sandbox.switch("send_only")
    with pytest.raises(CommandError, match="did not tell"):
        call_command("capi_ask_meta", now=True)
    assert "may send events and not read" in capsys.readouterr().out
