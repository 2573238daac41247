"""Deduplication as Meta documents it: what is one event, which copy is kept, what is counted."""

import pytest

from capi_tracking.sandbox import Sandbox
from capi_tracking.sandbox.ledger import Ledger
from capi_tracking.sandbox.pairing import CLOSE_SECONDS, WINDOW_SECONDS
from tests.sandbox.conftest import HASH, PIXEL

FBP = "fb.1.1764000000000.42"
HOUR, DAY = 3600, 86_400


class Sales:
    """A ledger, and copies that arrive in it one minute after the other unless told otherwise."""

    def __init__(self, **reading):
        self.ledger, self.now = Ledger(**reading), 1_000_000.0

    def later(self, seconds):
        self.now += seconds
        return self

    def browser(self, event_id="", name="Lead", *, pixel=PIXEL, fbp="", external_id=""):
        params = {"fbp": fbp, "ud[external_id]": external_id}
        self.ledger.add("browser", pixel, name, event_id, self.now, params=params)
        return self

    def server(self, event_id="", name="Lead", *, pixel=PIXEL, fbp="", external_id=""):
        payload = {"user_data": {"fbp": fbp, "external_id": external_id}}
        self.ledger.add("server", pixel, name, event_id, self.now, payload=payload)
        return self

    def store(self, event_id="", *, at=1, **custom_data):
        payload = {"action_source": "physical_store", "event_time": at, "custom_data": custom_data}
        payload["user_data"] = {"em": HASH, "fbp": FBP}
        self.ledger.add("server", PIXEL, "Lead", event_id, self.now, payload=payload)
        return self

    def verdicts(self):
        """Kept channel, copies dropped, reason and count of each event."""
        names = ("kept", "dropped", "reason", "counted")
        return [tuple(group[name] for name in names) for group in self.ledger.groups()]


# By event id


def test_both_copies__are_one_event():
    assert Sales().browser("a").server("a").verdicts() == [("browser", 1, "event_id", 1)]


@pytest.mark.parametrize(
    "other", [{"event_id": "b"}, {"event_id": "A"}, {"name": "lead"}, {"name": "Purchase"}, {"pixel": "99"}], ids=str
)
def test_the_key__is_pixel_name_and_id_byte_for_byte(other):
    sales = Sales().browser("a").server(**{"event_id": "a"} | other)
    assert sales.verdicts() == [("browser", 0, "", 1), ("server", 0, "", 1)]


def test_the_first_copy__is_kept_when_the_server_was_long_before():
    assert Sales().server("a").later(CLOSE_SECONDS + 1).browser("a").verdicts() == [("server", 1, "event_id", 1)]


def test_the_browsers_copy__is_favoured_within_five_minutes():
    assert Sales().server("a").later(CLOSE_SECONDS).browser("a").verdicts() == [("browser", 1, "event_id", 1)]


@pytest.mark.parametrize("hours", [0, 1, 47.9])
def test_the_browsers_copy__that_came_first_is_kept(hours):
    assert Sales().browser("a").later(hours * HOUR).server("a").verdicts() == [("browser", 1, "event_id", 1)]


def test_the_window__is_48_hours_from_the_first_copy_received():
    inside = Sales().browser("a").later(WINDOW_SECONDS).server("a")
    assert inside.verdicts() == [("browser", 1, "event_id", 1)]
    outside = Sales().browser("a").later(WINDOW_SECONDS + 1).server("a")
    assert outside.verdicts() == [("browser", 0, "", 1), ("server", 0, "outside the window", 1)]
    assert outside.ledger.counted() == 2


def test_the_window__is_not_made_longer_by_further_copies():
    sales = Sales().browser("a").later(30 * HOUR).server("a").later(30 * HOUR).server("a")
    assert sales.verdicts() == [("browser", 1, "event_id", 1), ("server", 0, "outside the window", 1)]


def test_hits__say_whether_they_count_and_why_not():
    sales = Sales().server("a").browser("a").server("a")
    assert [(hit["counted"], hit["why"], hit["duplicate"]) for hit in sales.ledger.events] == [
        (False, "event_id", False),
        (True, "", True),
        (False, "event_id", True),
    ]
    assert {hit["group"] for hit in sales.ledger.events} == {1}


def test_a_copy_sent_again__is_dropped_unless_repeats_count():
    assert Sales().server("a").server("a").verdicts() == [("server", 1, "event_id", 1)]
    pessimist = Sales(repeats_count=True).server("a").server("a").server("b").browser("b")
    assert pessimist.verdicts() == [("server", 0, "event_id", 2), ("browser", 1, "event_id", 1)]
    assert pessimist.ledger.counted() == 3


# By visitor


@pytest.mark.parametrize("key", ["fbp", "external_id"])
def test_the_fallback__drops_the_servers_copy_after_the_browsers(key):
    who = {key: "someone"}
    assert Sales().browser(**who).later(47 * HOUR).server(**who).verdicts() == [("browser", 1, key, 1)]
    assert Sales().browser("a", **who).server(**who).verdicts() == [("browser", 1, key, 1)]
    assert Sales().browser(**who).server("a", **who).verdicts() == [("browser", 1, key, 1)]


def test_the_fallback__one_of_the_two_keys_is_enough():
    both = Sales().browser(fbp="x", external_id="e").server(fbp="other", external_id="e")
    assert both.verdicts() == [("browser", 1, "external_id", 1)]


@pytest.mark.parametrize("key", ["fbp", "external_id"])
def test_the_fallback__never_works_server_first(key):
    who = {key: "someone"}
    assert Sales().server(**who).browser(**who).verdicts() == [("server", 0, "", 1), ("browser", 0, "", 1)]


def test_the_fallback__never_joins_one_channel():
    assert len(Sales().browser(fbp=FBP).browser(fbp=FBP).verdicts()) == 2
    assert len(Sales().server(fbp=FBP).server(fbp=FBP).verdicts()) == 2


def test_the_fallback__ends_after_48_hours():
    assert len(Sales().browser(fbp=FBP).later(WINDOW_SECONDS + 1).server(fbp=FBP).verdicts()) == 2


@pytest.mark.parametrize("other", [{"name": "Purchase"}, {"pixel": "99"}, {"fbp": FBP + "1"}, {"fbp": ""}], ids=str)
def test_the_fallback__needs_the_same_pixel_name_and_visitor(other):
    assert len(Sales().browser(fbp=FBP).server(**{"fbp": FBP} | other).verdicts()) == 2


def test_the_fallback__leaves_two_ids_apart():
    assert len(Sales().browser("a", fbp=FBP).server("b", fbp=FBP).verdicts()) == 2


def test_the_fallback__takes_no_browser_copy_along():
    sales = Sales().browser(fbp=FBP).server("a", fbp=FBP).browser("a", fbp=FBP)
    assert sales.verdicts() == [("browser", 1, "fbp", 1), ("browser", 0, "", 1)]


def test_an_event_without_anything__stands_alone():
    assert Sales().browser().browser().server().ledger.counted() == 3


# In a store


def test_in_a_store__one_order_item_and_time_are_one_event_for_seven_days():
    sold = {"order_id": "1", "item_number": "2"}
    assert Sales().store(**sold).later(7 * DAY).store(**sold).verdicts() == [("server", 1, "in store", 1)]
    assert len(Sales().store(**sold).later(7 * DAY + 1).store(**sold).verdicts()) == 2
    for other in ({"order_id": "2"}, {"item_number": "3"}, {"at": 2}):
        assert len(Sales().store(**sold).store(**sold | other).verdicts()) == 2


def test_in_a_store__without_an_order_the_customer_counts():
    assert Sales().store().store().verdicts() == [("server", 1, "in store", 1)]


def test_in_a_store__nothing_is_compared_with_the_web():
    assert len(Sales().browser("a", fbp=FBP).store("a").server("a").verdicts()) == 2


# Bounds


def test_the_ledger__forgets_the_oldest_hits_first(monkeypatch):
    monkeypatch.setattr("capi_tracking.sandbox.ledger.MAX_EVENTS", 3)
    sales = Sales()
    for number in range(9):
        sales.browser(f"id-{number}", fbp=f"fb.{number}")
    assert [hit["event_id"] for hit in sales.ledger.events] == ["id-6", "id-7", "id-8"]
    assert len(sales.ledger.groups()) == 3
    pairing = sales.ledger._pairing
    assert max(len(pairing._open), len(pairing._visitors), len(pairing._groups)) == 3


def test_the_ledger__is_bounded_by_bytes_too(monkeypatch):
    monkeypatch.setattr("capi_tracking.sandbox.ledger.MAX_BYTES", 100)
    ledger = Ledger()
    for number in range(5):
        ledger.add("server", PIXEL, "Lead", str(number), 0.0, size=40, payload={})
    assert [hit["event_id"] for hit in ledger.events] == ["3", "4"]
    ledger.add("server", PIXEL, "Lead", "big", 0.0, size=4000, payload={})
    assert [hit["event_id"] for hit in ledger.events] == ["big"]


# Over HTTP


def test_two_channels__pair_by_pixel_name_and_id(sandbox, hit, post, event):
    hit()
    post(event(), event(event_id="id-0000002"), event(event_name="Search"))
    assert [(pair["event_name"], pair["event_id"]) for pair in sandbox.pairs()] == [("ViewContent", "id-0000001")]
    assert {(left["event_name"], left["event_id"]) for left in sandbox.unpaired()} == {
        ("ViewContent", "id-0000002"),
        ("Search", "id-0000001"),
    }
    assert [kept["duplicate"] for kept in sandbox.events] == [False, True, False, False]
    assert sandbox.counted() == 3


def test_the_same_id_twice_on_one_channel__is_listed_twice_and_no_pair(sandbox, hit, post, event):
    hit()
    hit()
    assert sandbox.pairs() == []
    post(event())
    assert [(pair["browser"], pair["server"]) for pair in sandbox.pairs()] == [(2, 1)]


def test_hits_without_an_id__never_pair(sandbox, hit, post, event):
    hit(event_id="")
    hit(event_id="")
    post(event(event_id=None))
    assert sandbox.pairs() == []
    assert len(sandbox.unpaired()) == 3
    assert not any(kept["duplicate"] for kept in sandbox.events)


@pytest.mark.parametrize(("hours", "pairs"), [(47.9, 1), (48.1, 0)])
def test_a_pair__must_close_within_48_hours_of_its_first_half(sandbox, hit, post, event, clock, hours, pairs):
    hit()
    clock.now += hours * HOUR
    post(event())
    assert len(sandbox.pairs()) == pairs


def test_the_fallback__reads_both_ways_of_sending(sandbox, hit, post, event):
    hit(event_id="", fbp=FBP)
    hit(name="Lead", event_id="", **{"ud[external_id]": HASH})
    post(event(event_id=None, user_data={"fbp": FBP}))
    post(event(event_name="Lead", event_id=None, user_data={"external_id": ["other", HASH]}))
    assert [pair["reason"] for pair in sandbox.pairs()] == ["fbp", "external_id"]


def test_repeats_count__is_a_choice_of_the_sandbox(post, event, clock):
    with Sandbox(clock=clock, repeats_count=True) as pessimist:
        post(event(), event(), to=pessimist)
        assert pessimist.counted() == 2
        assert pessimist.groups()[0]["dropped"] == 0
