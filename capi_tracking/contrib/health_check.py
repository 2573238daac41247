"""A check for django-health-check 4: whether events reach Meta, by what the dashboard says too.

In ``urls.py``, beside the check that a load balancer asks, never in it: a refused token must not take the shop down::

    from health_check.views import HealthCheckView

    path("health/tracking/", HealthCheckView.as_view(checks=["capi_tracking.contrib.health_check.Tracking"]))
"""

from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable, ServiceWarning

from .. import metrics
from ..conf import conf
from ..metrics import Trouble

STOPPED = frozenset(
    {
        Trouble.PAUSED,
        Trouble.GONE,
        Trouble.HELD,
        Trouble.SILENT,
        Trouble.DEADLINE,
        Trouble.UNREACHED,
        Trouble.OVERDUE,
    }
)
MISSING = frozenset({Trouble.LOST, Trouble.UNRECORDED, Trouble.UNREADABLE})


@dataclass
class Tracking(HealthCheck):
    """Unavailable where events do not go to Meta, a warning where orders are lost; other advice is the dashboard's.

    ``alias``: the database whose outbox is asked, by default the first. Nothing that it says tells of a customer.
    """

    alias: str | None = None

    def run(self) -> None:
        using = self.alias or conf.OUTBOX_DATABASES[0]
        connection = connections[using]
        was_open = connection.connection is not None
        try:
            found = metrics.health(metrics.window(), using=using, now=timezone.now()).problems
        except (DatabaseError, InterfaceError) as error:
            raise ServiceUnavailable(f"The outbox can't be asked ({type(error).__name__}).") from error
        finally:
            if not was_open:  # a thread of its own, which nobody else tidies up
                connection.close()
        stopped = [problem.title for problem in found if problem.kind in STOPPED]
        if stopped:
            raise ServiceUnavailable(" ".join(stopped))
        missing = [problem.title for problem in found if problem.kind in MISSING]
        if missing:
            raise ServiceWarning(" ".join(missing))
