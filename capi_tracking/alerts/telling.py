"""E-mail to staff and a signal to others, outside any request. Nothing of a customer is in either."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..conf import conf
from ..metrics import Problem
from ..models import Alert
from ..models.alert import AlertQuerySet
from ..signals import alert_cleared, alert_raised
from .watching import standing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``standing``: all troubles that there are; ``told``: those that this call told of, ``cleared`` how many ended.

    ``failed``: what was to be told could not be mailed.
    """

    standing: tuple[Problem, ...]
    told: tuple[Problem, ...]
    cleared: int
    failed: bool = False


def tell(using: str) -> Told:
    """Look at one database's troubles, and tell of those that nobody was told of. Of two who do, one tells.

    What could not be mailed is a log line, and is tried again by the next call.
    """
    alerts, found = Alert.objects.using(using), standing(using)
    alerts.begin(problem.key for problem in found)
    cleared = alerts.clear_others(problem.key for problem in found)
    for key in cleared:
        alert_cleared.send_robust(sender=Alert, key=key, using=using)
    mine = {key for key in dict.fromkeys(problem.key for problem in found) if alerts.claim(key)}
    claimed = [problem for problem in found if problem.key in mine]
    failed = bool(claimed) and not _tell(claimed, alerts, using)
    return Told(standing=found, told=() if failed else tuple(claimed), cleared=len(cleared), failed=failed)


def _tell(problems: Sequence[Problem], alerts: AlertQuerySet, using: str) -> bool:
    keys = [problem.key for problem in problems]
    first = set(alerts.filter(key__in=keys, tries=1).values_list("key", flat=True))
    for problem in problems:
        if problem.key in first:
            alert_raised.send_robust(sender=Alert, problem=problem, using=using)
    if conf.ALERT_EMAILS and not _mail(problems):
        alerts.give_back(keys)
        return False
    alerts.told(keys)
    return True


def _mail(problems: Sequence[Problem]) -> bool:
    try:
        EmailMessage(subject(problems), body(problems), to=list(conf.ALERT_EMAILS)).send()
    except Exception as error:  # noqa: BLE001 (any mail server, any backend)
        logger.error("The alert could not be mailed (%s); the next look tries again.", type(error).__name__)
        return False
    return True


def subject(problems: Sequence[Problem]) -> str:
    told = ngettext("Meta tracking: %d thing needs action", "Meta tracking: %d things need action", len(problems))
    return told % len(problems)


def body(problems: Sequence[Problem]) -> str:
    """A paragraph each; whoever reads it finds the pages and rows in the admin."""
    ends = _("The admin shows more, under Tracking health. You are told of each once, until it is over.")
    return "\n\n".join([*map(_paragraph, problems), ends])


def _paragraph(problem: Problem) -> str:
    return " ".join(filter(None, (problem.sentence, problem.waits, problem.advice)))
