"""A refused token pauses the pixel, and a new one resumes it."""

from typing import Any

import pytest

from capi_tracking.delivery import resume, sweep
from capi_tracking.exceptions import Denied
from capi_tracking.models import Pixel, Status
from capi_tracking.signals import pixel_paused
from capi_tracking.transports.local import ScriptedTransport
from tests.delivery.sending import deliver, heard, pixel
from tests.outbox_rows import make_row, make_rows, statuses

pytestmark = pytest.mark.django_db


# -- denied ----------------------------------------------------------------------------------------------------------


def test_deliver_due__a_refused_token_holds_the_batch_and_pauses_the_pixel(capi: Any) -> None:
    capi(BATCH_SIZE=2)
    rows = make_rows(5)
    with heard(pixel_paused) as calls:
        report, transport = deliver(Denied("token", http_status=401, code=190, subcode=463))
        deliver()
    assert len(transport.sent) == 1
    assert report.held == 2
    assert sorted(statuses().values()) == [Status.HELD] * 2 + [Status.PENDING] * 3
    rows[0].refresh_from_db()
    assert (rows[0].reason, rows[0].due_at) == ("denied_190", None)
    assert pixel().state == Pixel.State.PAUSED
    assert "190/463" in pixel().paused_reason
    assert [call["pixel"] for call in calls] == ["default"]


def test_deliver_due__a_refused_token_stops_the_other_batches_of_its_claim(capi: Any) -> None:
    capi(BATCH_BYTES=1)
    make_rows(3)
    _, transport = deliver(always=Denied("token", code=190))
    assert len(transport.sent) == 1
    assert sorted(statuses().values()) == [Status.HELD, Status.PENDING, Status.PENDING]


def test_deliver_due__a_refused_token_ends_the_drain_though_somebody_resumes_the_pixel_at_once(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_rows(2)

    def somebody_resumes(**news: Any) -> None:
        resume(["default"])

    pixel_paused.connect(somebody_resumes)
    try:
        _, transport = deliver(Denied("token", code=190))
    finally:
        pixel_paused.disconnect(somebody_resumes)
    assert len(transport.sent) == 1


def test_sweep__a_new_token_resumes_the_pixel_and_its_rows(capi: Any) -> None:
    make_row(1)
    make_row(2, status=Status.HELD, due_at=None, reason="other_environment", environment="x")
    deliver(Denied("token", code=190))
    assert not sweep("default", transport=ScriptedTransport()).delivered
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "new"}})
    assert sweep("default", transport=ScriptedTransport()).delivered == 1
    assert statuses() == {"e1": Status.SENT, "e2": Status.HELD}
    assert pixel().state == Pixel.State.OPEN


@pytest.fixture
def two_refused(capi: Any) -> dict[str, dict[str, str]]:
    pixels = {alias: {"PIXEL_ID": "1", "ACCESS_TOKEN": "old"} for alias in ("default", "other")}
    capi(PIXELS=pixels)
    make_row(1)
    make_row(2, pixel="other")
    assert deliver(always=Denied("token", code=190))[0].held == 2
    return pixels


def test_sweep__a_new_token_resumes_its_own_pixel_alone(capi: Any, two_refused: dict[str, dict[str, str]]) -> None:
    capi(PIXELS=two_refused | {"other": {"PIXEL_ID": "1", "ACCESS_TOKEN": "new"}})
    sweep("default", transport=ScriptedTransport())
    assert statuses() == {"e1": Status.HELD, "e2": Status.SENT}


def test_resume__leaves_other_pixels_as_they_are(two_refused: Any) -> None:
    assert resume(["other"]) == 1
    assert [each.alias for each in Pixel.objects.filter(state=Pixel.State.PAUSED)] == ["default"]
    assert statuses() == {"e1": Status.HELD, "e2": Status.PENDING}


@pytest.mark.parametrize(
    "was", [{"state": Pixel.State.PAUSED, "refused_fingerprint": "f"}, {"state": Pixel.State.OPEN}]
)
def test_sweep__a_pixel_that_left_the_settings_stays_and_its_held_rows_with_it(was: dict[str, str]) -> None:
    Pixel.objects.create(alias="gone", **was)
    make_row(pixel="gone", status=Status.HELD, due_at=None, reason="denied_190")
    sweep("default", transport=ScriptedTransport())
    assert Pixel.objects.get(alias="gone").state == was["state"]
    assert statuses() == {"e1": Status.HELD}


def test_sweep__a_new_graph_version_resumes_too(capi: Any) -> None:
    make_row()
    deliver(Denied("version", code=2635))
    capi(GRAPH_VERSION="v27.0")
    assert sweep("default", transport=ScriptedTransport()).delivered == 1


def test_sweep__what_a_person_paused_after_a_refusal_stays_paused_in_spite_of_a_new_token(capi: Any) -> None:
    make_row()
    deliver(Denied("token", code=190))
    assert Pixel.objects.pause("default", reason="Paused by ann.")
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "new"}})
    assert not sweep("default", transport=ScriptedTransport())
    assert (pixel().state, pixel().paused_reason) == (Pixel.State.PAUSED, "Paused by ann.")


def test_sweep__what_a_person_paused_stays_paused() -> None:
    Pixel.objects.create(alias="default", state=Pixel.State.PAUSED)
    make_row()
    assert not sweep("default", transport=ScriptedTransport())
    assert statuses() == {"e1": Status.PENDING}


# -- unreachable and throttled ---------------------------------------------------------------------------------------


def test_resume__one_event_tries_the_new_token_before_the_others_follow() -> None:
    make_rows(5, status=Status.HELD, due_at=None, reason="denied_190")
    Pixel.objects.create(alias="default", state=Pixel.State.PAUSED)
    resume(["default"])
    _, transport = deliver(Denied("still refused", code=190))
    assert [len(batch) for batch in transport.sent] == [1]
    assert pixel().state == Pixel.State.PAUSED
    resume(["default"])
    assert [len(batch) for batch in deliver()[1].sent] == [1, 4]
