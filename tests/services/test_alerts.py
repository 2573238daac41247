"""Several processes look at the same moment: one tells."""

import threading
from collections.abc import Callable
from typing import Any

from django.core import mail
from django.db import connections
from django.utils import timezone

from capi_tracking import alerts
from capi_tracking.models import Alert
from tests.factories import PixelFactory
from tests.services.servers import SHARED, shares_a_database


@shares_a_database
def test_tell__by_several_at_once_tells_once(capi: Callable[..., None]) -> None:
    capi(ALERT_EMAILS=["jo@shop.example"])
    paused = PixelFactory.build(state="paused", paused_reason="denied 190", paused_at=timezone.now())
    paused.save(using=SHARED)
    start, told = threading.Barrier(3), list[Any]()

    def look() -> None:
        try:
            start.wait(10)
            told.extend(alerts.tell(SHARED).told)
        finally:
            connections[SHARED].close()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(told) == len(mail.outbox) == Alert.objects.using(SHARED).count() == 1
