"""P1: an event from plain values to JSON text, against Meta's SDK."""

from collections.abc import Iterator
from functools import partial

from tests.benchmarks import peers
from tests.benchmarks.aims import Chosen
from tests.benchmarks.pairing import Bound, Line, at_least, at_most, compare, count, ratio, rounds
from tests.benchmarks.processes import Side, Stage, stage


def run(chosen: Chosen) -> Iterator[Line]:
    with stage() as at:
        sdk = at.side("sdk", peers.python())
        yield count("P1 hashes and keys equal to the SDK's", in_common(at, sdk), at_least(8))
        for json, bound in (("standard", at_least(3)), ("orjson", at_least(6))):
            yield from against(sdk, at.side("build", BENCHMARK_JSON=json), json, bound, chosen)


def against(sdk: Side, ours: Side, json: str, bound: Bound, chosen: Chosen) -> Iterator[Line]:
    # many short turns: a neighbour's noise lasts longer than one, and then slows both sides of a pair
    number, events = chosen.sized((81, 250), (15, 100))
    numbers = iter(range(0, 10**9, events))
    measured = rounds(
        number,
        sdk=lambda: sdk("build", first=next(numbers), count=events),
        ours=lambda: ours("build", first=next(numbers), count=events),
        ruled=lambda: ours("by_rules", first=next(numbers), count=events),
        hand=lambda: ours("by_hand", first=next(numbers), count=events),
    )
    yield ratio(f"P1 build ({json})", compare(measured, "sdk", "ours"), bound)
    yield ratio(f"P1 the hand-written limit, by our rules ({json})", compare(measured, "sdk", "ruled"))
    yield ratio(f"P1 the hand-written limit, nothing checked ({json})", compare(measured, "sdk", "hand"))
    national = partial(dict, count=events, national=True)
    measured = rounds(
        number,
        sdk=lambda: sdk("build", first=next(numbers), **national()),
        ours=lambda: ours("build", first=next(numbers), **national()),
    )
    yield ratio(f"P1b national phones ({json}), time", compare(measured, "ours", "sdk"), at_most(1))


def in_common(at: Stage, sdk: Side) -> int:
    """Customer fields whose hashes are the same: both sides do the same work."""
    ours, theirs = at.side("build")("example")["user_data"], sdk("example")["user_data"]
    return sum(ours.get(name) in ([value], value) for name, value in theirs.items() if len(str(value)) > 60)
