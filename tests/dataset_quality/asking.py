"""A Meta that tells its own numbers, and a shop that asks."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

from django.utils import timezone

from capi_tracking import dataset_quality
from capi_tracking.delivery import deliver_due
from capi_tracking.models import QualityFetch
from capi_tracking.sandbox import Sandbox
from capi_tracking.tracking import track
from tests.factories import an_event
from tests.sandbox.both_sides import PIXEL, BothSides

GRAPH = "capi_tracking.transports.graph.GraphTransport"
TOKEN = "EAAsecrettokenofthisshop0123456789"
QUICK = timedelta(seconds=2)


@contextmanager
def serving(capi: Callable[..., None]) -> Iterator[BothSides]:
    """A Meta whose numbers the shop may ask for."""
    with Sandbox(token=TOKEN, pixels={PIXEL}) as sandbox:
        pixel = {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN}
        capi(PIXELS={"default": pixel}, GRAPH_URL=sandbox.url, TRANSPORT=GRAPH)
        both = BothSides(sandbox, time.time)
        both.clock = Now()
        with closing(both.http):
            yield both


class Now:
    @property
    def now(self) -> float:
        return time.time()


def fetch() -> QualityFetch:
    done = dataset_quality.fetch("default", patience=QUICK)
    assert done is not None
    return done


def send(times: int, name: str = "Lead") -> None:
    """So many events by our own outbox."""
    for number in range(times):
        track(an_event(name, f"{name}-{number}-{timezone.now().timestamp()}"))
    deliver_due()


def others_send(meta: BothSides, times: int, name: str = "Lead") -> None:
    """Somebody else's server."""
    for number in range(times):
        meta.server(name, f"other-{number:06}")
