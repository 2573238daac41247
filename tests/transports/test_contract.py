"""What every transport does."""

import io
from collections.abc import Callable

import pytest

from capi_tracking.conf import PixelSettings
from capi_tracking.exceptions import Denied, Rejected
from capi_tracking.transports import Acknowledgement, Batch, Transport
from capi_tracking.transports.local import ConsoleTransport, MemoryTransport, ScriptedTransport

TOKEN = "EAAB secret/token+42"
PIXEL = PixelSettings(alias="default", pixel_id="1234567890", access_token=TOKEN)
BATCH = Batch(('{"event_id": "a" }', '{"event_id":"ü"}'))


@pytest.mark.parametrize("make", [MemoryTransport, ConsoleTransport, ScriptedTransport()])
def test_local_transports__accept_all_and_are_not_live(make: Callable[[PixelSettings], Transport]) -> None:
    ConsoleTransport.stream = io.StringIO()
    transport = make(PIXEL)
    assert transport.send(BATCH).events_received == 2
    assert (transport.is_live, list(transport.check()), transport.pixel) == (False, [], PIXEL)


def test_batch__joins_texts_without_touching_them() -> None:
    assert BATCH.text == '[{"event_id": "a" },{"event_id":"ü"}]'
    assert BATCH.events == [{"event_id": "a"}, {"event_id": "ü"}]
    assert len(BATCH) == 2
    assert "event_id" not in repr(BATCH)


def test_memory__keeps_what_was_sent() -> None:
    MemoryTransport(PIXEL).send(BATCH)
    assert MemoryTransport.sent == [BATCH]


def test_console__writes_one_event_a_line() -> None:
    ConsoleTransport.stream = io.StringIO()
    ConsoleTransport(PIXEL).send(BATCH)
    assert ConsoleTransport.stream.getvalue() == 'default: {"event_id": "a" }\ndefault: {"event_id":"ü"}\n'


def test_scripted__answers_in_order_then_always() -> None:
    ack = Acknowledgement(events_received=1)
    transport = ScriptedTransport(None, ack, Rejected("no"), lambda batch: ack, always=Denied("no"))
    assert transport.send(BATCH).events_received == 2
    assert transport.send(BATCH) is ack
    with pytest.raises(Rejected):
        transport.send(BATCH)
    assert transport.send(BATCH) is ack
    for _ in range(2):
        with pytest.raises(Denied):
            transport.send(BATCH)
    assert len(transport.sent) == 6
