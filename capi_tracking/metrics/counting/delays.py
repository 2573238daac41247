"""The steps in which it is counted how long an event took to Meta."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LIMITS: dict[timedelta, Promise] = {
    timedelta(seconds=1): _("1\N{NO-BREAK SPACE}s"),
    timedelta(seconds=5): _("5\N{NO-BREAK SPACE}s"),
    timedelta(seconds=30): _("30\N{NO-BREAK SPACE}s"),
    timedelta(minutes=2): _("2\N{NO-BREAK SPACE}min"),
    timedelta(minutes=10): _("10\N{NO-BREAK SPACE}min"),
    timedelta(hours=1): _("1\N{NO-BREAK SPACE}h"),
    timedelta(days=1): _("1\N{NO-BREAK SPACE}day"),
}
