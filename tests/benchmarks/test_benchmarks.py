"""The benchmarks' own reckoning: no test is timed, and none starts a side."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib import admin

from tests.benchmarks import __main__ as command
from tests.benchmarks import databases, p12_prune, pairing, peers
from tests.benchmarks.aims import Chosen, Servers
from tests.benchmarks.pairing import Line, NotRun, Paired, at_least, at_most, compare, count, fact, ratio, rounds
from tests.benchmarks.sides import build, pages, sample, staff

SERVERS = Servers("postgres://nobody@127.0.0.1:1/x", "mysql://nobody@127.0.0.1:1/x", "redis://127.0.0.1:1/0")


def test_rounds__alternate_the_order() -> None:
    calls: list[str] = []

    def side(name: str) -> Any:
        return lambda: float(len(calls) if not calls.append(name) else 0)

    found = rounds(3, ours=side("ours"), rival=side("rival"))
    assert calls == ["ours", "rival", "rival", "ours", "ours", "rival"]
    assert found == [{"ours": 1, "rival": 2}, {"rival": 3, "ours": 4}, {"ours": 5, "rival": 6}]


def test_rounds__end_with_their_time_but_not_before_the_third() -> None:
    assert len(rounds(9, within=-1.0, ours=lambda: 1.0)) == 3
    assert len(rounds(2, within=-1.0, ours=lambda: 1.0)) == 2


def test_compare__takes_the_median_of_the_ratios_not_the_ratio_of_the_medians() -> None:
    measured = [{"a": 2.0, "b": 1.0}, {"a": 30.0, "b": 10.0}, {"a": 10.0, "b": 10.0}]
    paired = compare(measured, "a", "b")
    assert paired.ratios == (2.0, 3.0, 1.0)
    assert paired.median == 2.0


def test_line__tells_median_range_aim_and_verdict() -> None:
    paired = Paired((1.48, 1.62, 1.81))
    assert str(ratio("P6 drain", paired, at_least(1.5))) == "P6 drain 1.62x (1.48-1.81) aim >= 1.5 ok"
    assert str(ratio("P6 drain", paired, at_least(2))) == "P6 drain 1.62x (1.48-1.81) aim >= 2 MISSED"
    assert str(ratio("P3 emit", paired, at_most(2.8))) == "P3 emit 1.62x (1.48-1.81) aim <= 2.8 ok"
    assert str(ratio("P3 emit", paired, at_most(1.6))) == "P3 emit 1.62x (1.48-1.81) aim <= 1.6 MISSED"


def test_line__without_an_aim_is_never_missed() -> None:
    assert str(ratio("P6 the limit", Paired((2.0,)))) == "P6 the limit 2x (2-2)"
    assert not fact("P8 tenths", "first 9 rows/s last 9 rows/s").is_missed


def test_line__that_just_reaches_its_aim_is_ok() -> None:
    assert not count("P3 reads", 2, at_most(2)).is_missed
    assert not count("P2 send", 4.0, at_least(4)).is_missed


@pytest.mark.parametrize(
    ("figure", "text"), [(0.0, "0"), (3.0, "3"), (0.456, "0.46"), (123.4, "123"), (-50.83, "-50.83")]
)
def test_shown__keeps_what_tells_something(figure: float, text: str) -> None:
    assert pairing.shown(figure) == text


OK = Line("P1", 3.0, "3x", at_least(3))
MISSED = Line("P1", 2.9, "2.9x", at_least(3))


@pytest.mark.parametrize(
    ("lines", "status"),
    [([OK], 0), ([OK, MISSED], 1), ([OK, NotRun("P6", "no server")], 1), ([], 1), ([fact("P8", "so")], 0)],
)
def test_status__is_zero_only_if_all_was_reached(lines: list[Any], status: int) -> None:
    assert pairing.status(lines) == status


def test_not_run__says_why() -> None:
    line = NotRun("P6 drain (PostgreSQL)", "no server at 127.0.0.1:1")
    assert str(line) == "P6 drain (PostgreSQL) not run: no server at 127.0.0.1:1"


def test_reach__names_the_server_that_does_not_answer() -> None:
    with pytest.raises(databases.NoServer, match=r"^no server at 127\.0\.0\.1:1$"):
        databases.reach("postgres://nobody@127.0.0.1:1/x")


def test_aims__have_a_file_each_in_order() -> None:
    assert list(command.aims()) == [f"P{number}" for number in range(1, 16)]


@pytest.mark.parametrize("name", [*staff.LED, *staff.LOOKED_THROUGH])
def test_lists__know_which_of_them_the_admin_looks_through(name: str, rf: Any) -> None:
    model, query = (staff.LED | staff.LOOKED_THROUGH)[name]
    page = admin.site.get_model_admin(apps.get_model("capi_tracking", model))
    is_bounded = name in staff.LOOKED_THROUGH and model != staff.SKIPS  # of these there are never so many
    assert page.is_scan(rf.get("/", query)) is is_bounded


def test_sold__tells_the_slowest_hundredth() -> None:
    assert p12_prune.Sold([float(n) for n in range(200, 0, -1)], 0, 0).p99 == 199.0


def test_chosen__is_sized() -> None:
    assert Chosen(SERVERS).sized(9, 3) == 9
    assert Chosen(SERVERS, quick=True).sized(9, 3) == 3


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    monkeypatch.setattr(command.signal, "signal", lambda *ignored: None)
    return command.main()


def test_command__prints_each_line_and_fails_if_one_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.benchmarks import p1_build

    monkeypatch.setattr(p1_build, "run", lambda chosen: iter([OK, MISSED]))
    assert run(monkeypatch, "p1") == 1
    assert capsys.readouterr().out.splitlines()[:2] == ["P1 3x aim >= 3 ok", "P1 2.9x aim >= 3 MISSED"]


def test_command__goes_on_after_an_aim_that_broke(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.benchmarks import p1_build, p2_send

    def broken(chosen: Chosen) -> Iterator[Line]:
        yield OK
        raise RuntimeError("no room")

    monkeypatch.setattr(p1_build, "run", broken)
    monkeypatch.setattr(p2_send, "run", lambda chosen: iter([OK]))
    assert run(monkeypatch, "P1", "P2", "--quick") == 1
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "P1 not run: RuntimeError: no room"
    assert told[3] == "P1 3x aim >= 3 ok"


def test_command__passes_servers_and_quickness_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.benchmarks import p6_drain

    seen: list[Chosen] = []
    monkeypatch.setattr(p6_drain, "run", lambda chosen: seen.append(chosen) or iter([OK]))
    assert run(monkeypatch, "P6", "--quick", "--postgresql-url", "postgres://me@127.0.0.1:5/x") == 0
    assert seen[0].quick
    assert urlsplit(seen[0].servers.postgresql).port == 5


def test_command__knows_no_other_aim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "P99")
    assert "P99 is none of P1" in capsys.readouterr().err


def test_peers__are_installed_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[Path] = []
    monkeypatch.setattr(peers, "FOLDER", tmp_path)
    monkeypatch.setattr(peers, "_install", lambda: installed.append(tmp_path))
    assert peers.python() == peers.python() == str(tmp_path / "bin" / "python")
    assert len(installed) == 1


def test_sample__is_a_whole_purchase_that_both_ways_write_alike() -> None:
    sale = sample.sale(7)
    event = build.event(sale)
    written = build.written(sale)
    assert event.as_payload() == {**written, "user_data": event.user_data.as_payload()}
    assert written["user_data"] == event.user_data.as_payload()
    assert len(event.custom_data.contents) == 5
    assert 1500 < len(event.as_json()) < 1650


def test_pages__differ_by_the_tags_alone() -> None:
    bare, instrumented = (pages.SOURCES[name] for name in ("bare", "instrumented"))
    without = instrumented.removeprefix(pages.LOAD).replace("{% pixel_head %}", "")
    for tags in pages.TAGS.values():
        assert tags in without
        without = without.replace(tags, "")
    assert without == bare
