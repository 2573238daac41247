"""P2: a thousand built events in one request, against Meta's SDK: how fast, and how many bytes."""

from collections.abc import Iterator
from itertools import count as counter

from tests.benchmarks import peers
from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import SETTINGS
from tests.benchmarks.pairing import Bound, Line, Paired, at_least, at_most, compare, ratio, rounds
from tests.benchmarks.processes import Side, stage

AT_ONCE = 1000
BOUNDS = {0: at_least(4), 150: at_least(2)}


def run(chosen: Chosen) -> Iterator[Line]:
    with stage() as at:
        sink, graph = at.sink()
        sdk = at.side("sdk", peers.python())
        sdk("connect", url=graph)
        ours = at.side("send", BENCHMARK_GRAPH_URL=graph, **SETTINGS)
        for milliseconds, bound in BOUNDS.items():
            sink("reset", latency_seconds=milliseconds / 1000)
            yield from compared(sdk, ours, f"P2 send at {milliseconds} ms", bound, chosen)
        zipped = at.side("send", BENCHMARK_GRAPH_URL=graph, BENCHMARK_GZIP="on", **SETTINGS)
        sink("reset", latency_seconds=0)
        yield from fewer_bytes(sink, ours, zipped, sdk)


def compared(sdk: Side, ours: Side, name: str, bound: Bound, chosen: Chosen) -> Iterator[Line]:
    number, events = chosen.sized((9, 4000), (3, 1000))
    firsts = counter(0, events)
    measured = rounds(
        number,
        sdk=lambda: sdk("send", first=next(firsts), count=events, at_once=AT_ONCE),
        ours=lambda: ours("send", first=next(firsts), count=events, at_once=AT_ONCE),
        stored=lambda: ours("send", first=next(firsts), count=events, at_once=AT_ONCE, stored=True),
    )
    yield ratio(name, compare(measured, "sdk", "ours"), bound)
    yield ratio(f"{name}, text from the outbox", compare(measured, "sdk", "stored"))


def fewer_bytes(sink: Side, ours: Side, zipped: Side, sdk: Side) -> Iterator[Line]:
    of_sdk = sent(sink, sdk)
    yield ratio("P2 bytes", Paired((sent(sink, ours) / of_sdk,)))
    yield ratio("P2 bytes, with GZIP", Paired((sent(sink, zipped) / of_sdk,)), at_most(0.62))


def sent(sink: Side, side: Side) -> float:
    sink("reset")
    side("send", first=0, count=AT_ONCE, at_once=AT_ONCE)
    totals = sink("totals")
    assert totals["rows"] == AT_ONCE, totals
    return float(totals["bytes"])
