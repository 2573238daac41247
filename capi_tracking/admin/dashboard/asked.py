"""What a person asks the dashboard for: read from an address that anybody may have written by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from ... import metrics
from ...conf import conf

LONGEST = 100
SHOWN_OF_IT = 40
YES = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``complaints``: what was asked for and is not shown, for people."""

    window: metrics.Window
    pixel: str = ""
    event: str = ""
    with_tests: bool = False
    complaints: tuple[str, ...] = ()

    def address(self, **changes: str) -> str:
        """The same page with these changes; what is empty is left out."""
        now = {"period": self.window.name, "pixel": self.pixel, "event": self.event, "tests": YES * self.with_tests}
        return "?" + urlencode({name: value for name, value in (now | changes).items() if value})

    @property
    def periods(self) -> Iterator[tuple[str, str, bool]]:
        """Address, words and whether it is the one that is shown, of each period that has a name."""
        for name, words in metrics.WINDOWS.items():
            yield self.address(period=name), str(words), name == self.window.name

    @property
    def is_custom(self) -> bool:
        return self.window.name not in metrics.WINDOWS


def read(given: Mapping[str, str]) -> Asked:
    window, of_period = _window(given)
    pixel, of_pixel = _pixel(given.get("pixel", ""))
    event, of_event = _event(given.get("event", ""))
    return Asked(
        window=window,
        pixel=pixel,
        event=event,
        with_tests=given.get("tests") == YES,
        complaints=tuple(filter(None, (of_period, of_pixel, of_event))),
    )


def _window(given: Mapping[str, str]) -> tuple[metrics.Window, str]:
    first, last = given.get("from", "").strip(), given.get("to", "").strip()
    name = given.get("period", "")
    if first or last:
        name = f"{first or last}..{last or first}"
    if not name or name in metrics.WINDOWS:
        return metrics.window(name or metrics.DEFAULT_WINDOW), ""
    window = metrics.window(name)
    if not metrics.is_window(name):
        return window, _("There is no such period: “%s”. A day is written like 2026-11-30.") % name[:SHOWN_OF_IT]
    return window, _shortened(name, window)


def _shortened(name: str, window: metrics.Window) -> str:
    first, last = sorted(map(date.fromisoformat, name.split("..")))
    if (first, last) == window.days:
        return ""
    if first == window.days[0]:
        return _("What is to come is not known yet: the period ends today.")
    return _("A period has at most %s days, and nothing is known of days to come. The last of them are shown.") % (
        metrics.MOST_DAYS
    )


def _pixel(alias: str) -> tuple[str, str]:
    if not alias or alias in conf.PIXELS:
        return alias, ""
    return "", _("There is no pixel “%s” in the settings. All of them are shown.") % alias[:SHOWN_OF_IT]


def _event(name: str) -> tuple[str, str]:
    if len(name) <= LONGEST and name.isprintable():
        return name, ""
    return "", _("No event is called “%s”. All of them are shown.") % name[:SHOWN_OF_IT].replace("\0", "")
