"""Times as people write them. What could be two moments is refused: nobody guesses when a sale was."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from ..exceptions import InvalidEvent
from .doubts import CannotBegin

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
LONGEST = 40
NOON = MONTHS = 12
_SECONDS = re.compile(r"[0-9]{9,10}").fullmatch
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_TIME = re.compile(
    r"[T ]\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?(?:\s*(am|pm|a\.m\.|p\.m\.))?(?:\s*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?",
    re.IGNORECASE,
).fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """``order``: of days and months between slashes; ``zone``: of times that name none; ``at``: of days without a time."""

    order: str = ""
    zone: ZoneInfo | None = None
    at: time | None = None

    def read(self, name: str, text: str) -> datetime:
        """An aware datetime. Raises :class:`InvalidEvent`."""
        if _SECONDS(text):
            return datetime.fromtimestamp(int(text), UTC)
        found = _YEAR_FIRST.match(text) or _YEAR_LAST.match(text)
        if found is None or len(text) > LONGEST:
            raise InvalidEvent(name, "is no time that is understood: write it as 2026-01-31 18:05")
        day, rest = self._day(name, found), text[found.end() :].rstrip()
        if not rest:
            return self._in_zone(name, self._at_told_time(name, day))
        if (clock := _TIME(rest)) is None:
            raise InvalidEvent(name, "is no time that is understood: write it as 2026-01-31 18:05")
        return self._moment(name, day, clock)

    def _day(self, name: str, found: re.Match[str]) -> date:
        parts = [int(part) for part in found.group(1, 3, 4)]
        if found.re is _YEAR_LAST:
            order = DAY_FIRST if found[2] == "." else self.order
            if not order:
                raise InvalidEvent(name, "may be two days: say --dates day-first or month-first")
            first, second, year = parts
            parts = [year, second, first] if order == DAY_FIRST else [year, first, second]
        try:
            return date(*parts)
        except ValueError:
            raise InvalidEvent(name, "is no day of the calendar") from None

    def _moment(self, name: str, day: date, clock: re.Match[str]) -> datetime:
        hour, minute, second = (int(part or 0) for part in clock.group(1, 2, 3))
        try:
            naive = datetime.combine(day, time(_of_day(hour, clock[4]), minute, second))
            offset = _offset(clock[5]) if clock[5] else None
        except ValueError:
            raise InvalidEvent(name, "is no time of the day") from None
        return naive.replace(tzinfo=offset) if offset else self._in_zone(name, naive)

    def _at_told_time(self, name: str, day: date) -> datetime:
        if self.at is None:
            raise InvalidEvent(name, "is a day without a time: say --at 12:00")
        return datetime.combine(day, self.at)

    def _in_zone(self, name: str, naive: datetime) -> datetime:
        if self.zone is None:
            raise InvalidEvent(name, "has no time zone: say --timezone Europe/Berlin")
        early, late = (naive.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
        if early.utcoffset() == late.utcoffset():
            return early
        if early.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) == naive:
            raise InvalidEvent(name, "was twice that night, as the clocks went back: add the offset, as +01:00")
        raise InvalidEvent(name, "never was, as the clocks went forward that night")


def find_order(texts: Iterable[str]) -> str:
    """Whether days or months come first between slashes, by those that can be one thing alone; "" where nothing needs it.

    Raises :class:`CannotBegin` where that leaves a doubt.
    """
    pairs = [(int(found[1]), int(found[3])) for text in texts if (found := _YEAR_LAST.match(text)) and found[2] != "."]
    days, others = any(first > MONTHS for first, _ in pairs), any(second > MONTHS for _, second in pairs)
    if pairs and days == others:
        raise CannotBegin("Days and months can't be told apart. Say --dates day-first or --dates month-first.")
    return (DAY_FIRST if days else MONTH_FIRST) if pairs else ""


def _of_day(hour: int, half: str | None) -> int:
    if not half:
        return hour
    if not 1 <= hour <= NOON:
        raise ValueError
    return hour % NOON + (NOON if half[0] in "pP" else 0)


def _offset(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(size if text[0] == "+" else -size)
