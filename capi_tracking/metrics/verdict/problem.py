"""One thing that needs a person, as a value and in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import TextChoices
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..values import Money
from .words import advice, title


class Trouble(TextChoices):
    """In the order in which they are told where no money can be saved."""

    PAUSED = "paused"
    GONE = "gone"
    HELD = "held"
    SILENT = "silent"
    DEADLINE = "deadline"
    UNRECORDED = "unrecorded"
    UNREADABLE = "unreadable"
    LOST = "lost"
    UNREACHED = "unreached"
    OVERDUE = "overdue"
    SHUT_OUT = "shut_out"
    POLICY = "policy"
    BLOCKED = "blocked"
    OVERLAP = "overlap"
    VOLUME = "volume"
    REUSED = "reused"
    FOREIGN = "foreign"
    ROBOTS = "robots"
    DRIFT = "drift"
    LATE = "late"
    SHORT = "short"
    TEST_CODE = "test_code"
    VERSION = "version"
    MORE_AT_META = "more_at_meta"
    COVERAGE = "coverage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One line of what needs action. What does not apply to its kind is empty. ``before``: what it was a week earlier."""

    kind: Trouble
    pixel: str = ""
    pixel_pk: int | None = None
    reason: str = ""
    since: datetime | None = None
    until: datetime | date | None = None
    count: int = 0
    before: int = 0
    money: tuple[Money, ...] = ()
    percent: int | None = None
    subject: str = ""
    name: str = ""
    pages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same for the same trouble, whatever its numbers are. What browsers tell of is one, whatever they name."""
        named = () if self.kind in BY_BROWSERS else (self.subject, self.name)
        return "|".join((self.kind, self.pixel, *named))[:200]

    @property
    def title(self) -> str:
        """What is wrong, in a sentence. Nothing of a customer is in it, nor the pages."""
        return title(self.kind, self._values)

    @property
    def sentence(self) -> str:
        """The title, where no pages follow."""
        return self.title if self.title.endswith((".", "?")) else f"{self.title}."

    @property
    def waits(self) -> str:
        """How much waits for the mend; "" of what lets nothing wait."""
        if self.kind not in WAITING or not self.count:
            return ""
        told = ngettext("%(count)s event waits", "%(count)s events wait", self.count) % {"count": self.count}
        first = (
            _("; the first expires %s") % moment(self.until) if self.until and self.kind != Trouble.UNREACHED else ""
        )
        return f"{', '.join(filter(None, (told, sums(self.money))))}{first}."

    @property
    def advice(self) -> str:
        """What to do."""
        return advice(self.kind, self._values)

    @property
    def _values(self) -> dict[str, object]:
        return {
            "pixel": self.pixel,
            "reason": self.reason,
            "since": moment(self.since) if self.since else "",
            "until": moment(self.until) if self.until else "",
            "count": self.count,
            "before": self.before,
            "money": sums(self.money),
            "percent": self.percent,
            "subject": self.subject,
            "name": self.name,
        }


WAITING = {
    Trouble.PAUSED,
    Trouble.GONE,
    Trouble.HELD,
    Trouble.SILENT,
    Trouble.DEADLINE,
    Trouble.UNREACHED,
    Trouble.OVERDUE,
}
BY_BROWSERS = {Trouble.POLICY, Trouble.FOREIGN}  # anybody can write such a report
AT_RISK = {*WAITING, Trouble.UNRECORDED}  # of all others, what their money tells of is gone or well


def sums(money: Iterable[Money]) -> str:
    """For people: "EUR 1,842.50, USD 12", of each currency for itself."""
    return ", ".join(f"{each.currency} {floatformat(each.amount, '-2g')}" for each in money)


def moment(at: date) -> str:
    """In the reader's zone. Midnight is a day's beginning, and no time of its own."""
    if not isinstance(at, datetime):
        return date_format(at, "j F Y")
    local = timezone.localtime(at)
    return date_format(local, "l j F, H:i" if local.time() != time.min else "l j F")
