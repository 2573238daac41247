"""Our side of sending: the Graph transport, without a database."""

import django

from tests.benchmarks.sides import build, sample
from tests.benchmarks.sides.lines import serve, wall_seconds


def send(first: int, count: int, at_once: int, stored: bool = False) -> float:
    """Seconds for so many events, built before, sent ``at_once`` in a request.

    ``stored``: they are JSON text already, as an outbox has them.
    """
    from capi_tracking.conf import pixel
    from capi_tracking.transports import Batch
    from capi_tracking.transports.graph import GraphTransport

    transport = GraphTransport(pixel("default"))
    batches = [
        [build.event(sale) for sale in sample.sales(start, at_once)] for start in range(first, first + count, at_once)
    ]
    texts = [tuple(event.as_json() for event in batch) for batch in batches] if stored else []

    def work() -> None:
        for payloads in texts or (tuple(event.as_json() for event in batch) for batch in batches):
            taken = transport.send(Batch(payloads))
            assert taken.events_received == len(payloads), taken

    return wall_seconds(work)


if __name__ == "__main__":
    django.setup()
    serve(send)
