"""Log lines have fields that systems search by, and none of them is a customer's."""

import pytest

from capi_tracking.delivery import deliver_due
from capi_tracking.exceptions import Denied, Rejected, Throttled
from capi_tracking.logs import fields
from capi_tracking.models import Status
from tests.factories import OutboxEventFactory, PixelFactory


class Refusing:
    """A transport that Meta always answers with the same."""

    max_batch_size = 1000
    is_live = False

    def __init__(self, pixel, error):
        self.pixel, self.error = pixel, error

    def send(self, batch):
        raise self.error


def deliver(error):
    PixelFactory()
    row = OutboxEventFactory(status=Status.PENDING)
    deliver_due(transport=lambda pixel: Refusing(pixel, error))
    row.refresh_from_db()
    return row


def told(caplog, level):
    return [vars(record) for record in caplog.records if record.levelname == level and record.name.startswith("capi_")]


@pytest.mark.django_db
def test_fields__a_dead_event_is_named(caplog):
    row = deliver(Rejected("no", code=100, subcode=2804003, trace_id="Trace1"))
    (line,) = told(caplog, "WARNING")
    assert (row.status, line["capi_event_id"], line["capi_event_name"]) == (Status.DEAD, row.event_id, "Purchase")
    assert (line["capi_pixel"], line["capi_reason"]) == ("default", row.reason)


@pytest.mark.django_db
def test_fields__a_refused_token_has_its_trace(caplog):
    deliver(Denied("no", code=190, http_status=401, trace_id="Trace2"))
    (line,) = told(caplog, "ERROR")
    assert {name: line[f"capi_{name}"] for name in ("pixel", "trace_id", "code", "http_status")} == {
        "pixel": "default",
        "trace_id": "Trace2",
        "code": 190,
        "http_status": 401,
    }


@pytest.mark.django_db
def test_fields__a_batch_that_meta_did_not_take_has_its_kind(caplog):
    caplog.set_level("INFO", logger="capi_tracking")
    deliver(Throttled("slow", code=4))
    (line,) = told(caplog, "INFO")
    assert (line["capi_reason"], line["capi_code"], line["capi_events"]) == ("throttled", 4, 1)


def test_fields__what_is_unknown_is_left_out():
    assert fields(pixel="default", trace_id="", code=None, events=0) == {"capi_pixel": "default", "capi_events": 0}


def test_fields__a_customer_is_none():
    with pytest.raises(TypeError):
        fields(email="jo@shop.example")
