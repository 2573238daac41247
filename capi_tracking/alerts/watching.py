"""Which troubles there are now, and since when."""

import logging

from django.db import DatabaseError, InterfaceError, transaction

from .. import metrics
from ..metrics import Health, Problem
from ..models import Alert

logger = logging.getLogger(__name__)


def standing(using: str) -> tuple[Problem, ...]:
    """As on the dashboard when it is opened: of all pixels, in its usual period."""
    return metrics.health(metrics.window(), using=using).problems


def mark(health: Health, using: str) -> None:
    """Note what a page that somebody looks at found, so that the next ``tell`` knows since when. Sends nothing.

    Of a page that was asked for something else than the usual nothing is noted. A failure is a log line.
    """
    if health.window.name != metrics.DEFAULT_WINDOW or health.pixel or health.with_tests or not health.problems:
        return
    try:
        with transaction.atomic(using=using):
            Alert.objects.using(using).begin(problem.key for problem in health.problems)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("No alert was noted (%s); the next look does it.", type(error).__name__)
