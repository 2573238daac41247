"""Signs of life: what tells staff that a worker, or the timetable, has stopped."""

import logging

from django.db import DatabaseError, InterfaceError

from ..conf import conf
from ..models import Heartbeat

logger = logging.getLogger(__name__)


def alive(*names: str) -> None:
    """Note it, beside the first outbox. Work goes on where that fails."""
    for using in conf.OUTBOX_DATABASES[:1]:
        try:
            Heartbeat.objects.using(using).beat(*names)
        except (DatabaseError, InterfaceError) as error:
            # no warning: the work itself, which goes to the same database, gives one
            logger.info("No heartbeat was noted (%s); the work goes on.", type(error).__name__)
