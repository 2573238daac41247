"""The verdict of ``python -m tests.chaos`` on small made-up evidence, and its schedule."""

import runpy
from dataclasses import replace

import pytest

from tests.chaos.graph import Unusable, acceptance, checked
from tests.chaos.schedule import KILLS, plan
from tests.chaos.troubles import choose
from tests.chaos.verdict import (
    ANSWERS,
    DATABASE,
    LEASES,
    NOBODY,
    Acceptance,
    Evidence,
    Look,
    Row,
    Trouble,
    Verdict,
    judge,
)

AT = 1000.0
LATER = AT + 6.0


def taken(number: int = 1, order: str = "a", at: float = AT, worker: str = "w.1", **changes) -> Acceptance:
    one = Acceptance(number, f"id-{order}", order, worker, f"trace-{number}", at, "contents")
    return replace(one, **changes)


def row(order: str = "a", **changes) -> Row:
    return replace(Row(f"id-{order}", order), **changes)


def judged(**changes) -> Verdict:
    """One order, recorded, accepted and known to be, with these changes."""
    values = {
        "orders": {"a"},
        "promised": {"a"},
        "rows": [row()],
        "acceptances": [taken()],
        "recorded": {"trace-1": AT + 0.1},
        "looks": {"id-a": [Look("w.1", AT - 0.1)]},
        "kills": 1,
    }
    return judge(Evidence(**(values | changes)))


def twice(*troubles: Trouble, **changes) -> Verdict:
    """Accepted again by another worker, which took the row just before; the first answer was never recorded."""
    values = {
        "acceptances": [taken(), taken(2, at=LATER, worker="w.2")],
        "recorded": {"trace-2": LATER + 0.1},
        "looks": {"id-a": [Look("w.1", AT - 0.1), Look("w.2", LATER - 0.1)]},
        "troubles": list(troubles),
    }
    return judged(**(values | changes))


def trouble(whom: str, began: float = AT, ended: float = AT) -> Trouble:
    return Trouble("something", whom, began, ended)


def test_judge__finds_nothing_wrong() -> None:
    verdict = judged()
    assert verdict.is_good
    assert verdict.line() == ("orders 1, recorded 1, accepted 1, kills 1, lost 0, doubled after answer 0, ambiguous 0")
    assert verdict.details() == []


def test_judge__an_order_that_was_never_accepted_is_lost() -> None:
    verdict = judged(acceptances=[])
    assert verdict.failures == {"lost": ["a"]}
    assert "lost 1" in verdict.line()
    assert verdict.details() == ["lost: 1 (a)"]


def test_judge__counts_do_not_make_up_for_ids() -> None:
    verdict = judged(acceptances=[taken(order="b")], rows=[row("b")])
    assert verdict.lost == ["a"]
    assert verdict.wrong["accepted without an order"] == ["b"]
    assert verdict.wrong["row without an order"] == ["b"]
    assert verdict.wrong["order without a row"] == ["a"]


def test_judge__an_acceptance_without_a_row_is_wrong() -> None:
    assert judged(rows=[]).failures == {"order without a row": ["a"], "accepted without a row": ["a"]}


def test_judge__a_row_that_is_not_sent_is_wrong() -> None:
    assert judged(rows=[row(status="dead", reason="never_answered")]).failures == {
        "row not sent": ["a dead never_answered"]
    }


@pytest.mark.parametrize(
    ("change", "what"), [({"orders": set(), "rows": [], "acceptances": [], "promised": set()}, "no orders"), ({"kills": 0}, "no kills")]
)  # fmt: skip
def test_judge__without_orders_or_kills_it_proves_nothing(change: dict, what: str) -> None:
    assert list(judged(**change).failures) == [what]


def test_judge__an_order_that_was_promised_must_be_there() -> None:
    assert judged(promised={"a", "b"}).failures == {"promised and gone": ["b"]}


def test_judge__an_order_that_was_rolled_back_must_not() -> None:
    assert judged(withdrawn={"a"}).failures == {"rolled back and there": ["a"]}


def test_judge__sent_again_after_the_answer_was_recorded_is_a_double() -> None:
    verdict = twice(trouble("w.1"), trouble(DATABASE), recorded={"trace-1": AT + 0.1, "trace-2": LATER + 0.1})
    assert verdict.failures == {"doubled after answer": ["id-a"]}


def test_judge__sent_long_after_a_look_at_the_lease_is_a_double() -> None:
    early = {"id-a": [Look("w.1", AT - 0.1), Look("w.2", AT + 0.05)]}
    assert twice(trouble(LEASES), recorded={"trace-1": AT + 0.1}, looks=early).doubled == ["id-a"]


def test_judge__a_worker_that_was_asleep_since_its_look_is_not_to_blame() -> None:
    early = {"id-a": [Look("w.1", AT - 0.1), Look("w.2", AT + 0.05)]}
    asleep = trouble("w.2", AT - 1.0, LATER - 0.1)
    assert twice(asleep, trouble(LEASES), recorded={"trace-1": AT + 0.1}, looks=early).ambiguous == ["id-a"]


def test_judge__twice_under_one_lease_is_a_double() -> None:
    at_once = [taken(), taken(2, at=AT + 0.2)]
    everything = [trouble(whom) for whom in ("w.1", DATABASE, LEASES, ANSWERS)]
    assert judged(acceptances=at_once, recorded={}, troubles=everything).doubled == ["id-a"]


def test_judge__two_processes_of_one_worker_may_each_have_had_the_lease() -> None:
    at_once = [taken(), taken(2, at=AT + 0.2)]
    looks = {"id-a": [Look("w.1", AT - 0.2), Look("w.1", AT - 0.1)]}
    changes = {"acceptances": at_once, "recorded": {}, "looks": looks}
    assert judged(**changes, troubles=[trouble(LEASES, AT - 0.15, AT - 0.15)]).ambiguous == ["id-a"]
    assert judged(**changes).doubled == ["id-a"]


def test_judge__a_worker_that_woke_with_an_outdated_lease_is_explained_by_its_sleep() -> None:
    first, woken = taken(worker="w.2"), taken(2, at=LATER, worker="w.1")
    looks = {"id-a": [Look("w.1", AT - 5.6), Look("w.2", AT - 0.1)]}
    asleep = trouble("w.1", AT - 5.5, LATER - 0.1)
    assert twice(asleep, acceptances=[first, woken], looks=looks).ambiguous == ["id-a"]
    assert twice(trouble("w.2"), acceptances=[first, woken], looks=looks).doubled == ["id-a"]


def test_judge__an_answer_that_nothing_kept_from_the_record_makes_a_double() -> None:
    assert twice().doubled == ["id-a"]
    assert twice(trouble(NOBODY), trouble("w.9")).doubled == ["id-a"]


@pytest.mark.parametrize("whom", ["w.1", DATABASE, LEASES, ANSWERS])
def test_judge__an_answer_that_was_kept_from_the_record_is_ambiguous(whom: str) -> None:
    verdict = twice(trouble(whom, AT + 0.01, AT + 0.02))
    assert (verdict.is_good, verdict.ambiguous) == (True, ["id-a"])
    assert verdict.details() == ["ambiguous: 1 (id-a)"]


@pytest.mark.parametrize("whom", ["w.1", DATABASE, ANSWERS])
def test_judge__a_trouble_at_another_time_explains_nothing(whom: str) -> None:
    assert twice(trouble(whom, AT - 9, AT - 8), trouble(whom, LATER + 3, LATER + 4)).doubled == ["id-a"]


def test_judge__the_same_id_must_bring_the_same_contents() -> None:
    changed = [taken(), taken(2, at=LATER, worker="w.2", content="others")]
    assert twice(trouble("w.1"), acceptances=changed).failures == {"other contents the second time": ["id-a"]}


def test_judge__an_order_has_one_id() -> None:
    renamed = [taken(), taken(2, at=LATER, event_id="id-other")]
    assert judged(acceptances=renamed).failures == {"several ids for one order": ["a"]}


def test_judge__shows_the_first_ids_alone() -> None:
    orders = {f"o-{number}" for number in range(9)}
    assert judged(orders=orders, promised=set()).details()[0] == "lost: 9 (o-0, o-1, o-2, o-3, o-4, ...)"


def test_plan__follows_from_the_seed() -> None:
    assert plan(7, 60) == plan(7, 60)
    assert plan(7, 60) != plan(8, 60)


def test_plan__kills_often_enough_and_ends_in_time() -> None:
    for seed in range(20):
        planned = plan(seed, 60)
        assert sum(one.kind in KILLS for one in planned) >= 25
        assert all(one.at + one.lasts <= 60 for one in planned)
        assert [one.at for one in planned] == sorted(one.at for one in planned)


def test_plan__a_minute_has_every_server_down_once() -> None:
    for seed in range(20):
        kinds = {one.kind for one in plan(seed, 60)}
        assert {"database crashes", "database restarts", "redis crashes", "rabbitmq crashes"} <= kinds


def test_choose__takes_one_of_them_or_none() -> None:
    assert choose([], 0.5) is None
    assert [choose(["a", "b"], dice) for dice in (0.0, 0.49, 0.5, 1.0)] == ["a", "a", "b", "a"]


@pytest.mark.parametrize(
    "url", ["https://graph.facebook.com", "http://10.0.0.1:80", "http://127.0.0.1.evil.example", "x"]
)
def test_checked__refuses_what_is_not_on_this_machine(url: str) -> None:
    with pytest.raises(Unusable, match="not on this machine"):
        checked(url)


def test_acceptance__reads_who_sent_which_order_in_which_request() -> None:
    hit = {
        "number": 3,
        "event_id": "id-a",
        "received_at": AT,
        "payload": {"custom_data": {"order_id": "a"}},
        "batch": {"partner_agent": "w.1", "trace": "trace-3"},
    }
    one = acceptance(hit)
    assert (one.number, one.event_id, one.order, one.worker, one.trace, one.at) == (
        3,
        "id-a",
        "a",
        "w.1",
        "trace-3",
        AT,
    )


# Its own connection


def options(monkeypatch, name: str | None) -> dict:
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("CHAOS_NAME", name) if name else monkeypatch.delenv("CHAOS_NAME", raising=False)
    return runpy.run_module("tests.chaos.settings")["DATABASES"]["default"]["OPTIONS"]


def test_run__waits_for_no_lock_of_a_worker_that_it_has_stopped(monkeypatch):
    assert "lock_timeout" in options(monkeypatch, None)["options"]
    assert "options" not in options(monkeypatch, "worker-1")  # these run as in production
