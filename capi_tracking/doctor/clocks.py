"""Whether this machine, the database and Meta agree on what time it is: an event from the future is refused."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.utils import timezone

from ..models import Pixel
from ..models.database.clock import DatabaseNow
from ..transports.clocks import apart
from .line import Level, Line

SLIGHT = timedelta(seconds=5)
LARGE = timedelta(minutes=1)
MEND = "Let both machines keep their time by NTP (timedatectl set-ntp true)."


def clocks(using: str, answers: Mapping[str, timedelta]) -> Iterator[Line]:
    """``answers``: by what is told of, how far its clock was ahead of ours when it answered."""
    yield from (_line(name, ahead) for name, ahead in {**_database(using), **answers}.items())


def _database(using: str) -> dict[str, timedelta]:
    before = timezone.now()
    found = Pixel.objects.using(using).annotate(at=DatabaseNow()).values_list("at", flat=True).first()
    return {f"the database {using}": apart(found, before, timezone.now())} if found else {}


def _line(name: str, ahead: timedelta) -> Line:
    if abs(ahead) <= SLIGHT:
        return Line(about="clock", level=Level.GOOD, text=f"This machine and {name} agree.")
    side = "ahead of" if ahead > timedelta(0) else "behind"
    text = f"The clock of {name} is {abs(ahead).total_seconds():.0f} seconds {side} this machine's."
    return Line(about="clock", level=Level.BAD if abs(ahead) > LARGE else Level.WARN, text=text, mend=MEND)
