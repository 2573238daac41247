"""What our system checks say, told by what they are about."""

from collections.abc import Iterator

from django.conf import settings as django_settings
from django.core import checks

from .. import orders
from ..conf import conf
from .line import Level, Line

TAG = "capi_tracking"
PRODUCTION = "W4"  # so begin the numbers of what concerns a server alone
# By the number's beginning; the first that fits.
ABOUT = {
    "W202": "middleware",
    "W203": "middleware",
    "W206": "CSP",
    "W403": "proxies",
    "W404": "caches",
    "W405": "caches",
    "E5": "adapters",
    "W5": "adapters",
}


def checked() -> Iterator[Line]:
    """A line for each message, and a good one for whatever has none."""
    found = [_line(message) for message in checks.run_checks(tags=[TAG], include_deployment_checks=True)]
    named = {line.about for line in found}
    yield from found
    for about, text in _well().items():
        if about not in named:
            yield Line(about=about, level=Level.GOOD, text=text)
    if "adapters" not in named:
        yield _adapters()


def _line(message: checks.CheckMessage) -> Line:
    number = str(message.id).rpartition(".")[2]
    about = next((about for start, about in ABOUT.items() if number.startswith(start)), "settings")
    is_for_servers = number.startswith(PRODUCTION) and django_settings.DEBUG
    level = Level.NOTE if is_for_servers else _level(message.level)
    return Line(about=about, level=level, text=f"{message.msg} ({number})", mend=message.hint or "")


def _level(level: int) -> Level:
    if level >= checks.ERROR:
        return Level.BAD
    return Level.WARN if level >= checks.WARNING else Level.NOTE


def _well() -> dict[str, str]:
    return {
        "settings": "Every check of the settings is content.",
        "middleware": "TrackingMiddleware stands after the session's and the login's.",
        "CSP": "No policy of the settings blocks the pixel. One that a proxy adds is not seen from here.",
        "proxies": f"TRUSTED_PROXIES is {conf.TRUSTED_PROXIES!r}: so many stand before Django.",
        "caches": "The default cache is shared by all processes, so rates count for all of them.",
    }


def _adapters() -> Line:
    names = sorted(model.__name__ for model, adapter in orders.registered() if isinstance(adapter, orders.OrderAdapter))
    if names:
        return Line(
            about="adapters", level=Level.GOOD, text=f"These become events when they are paid: {', '.join(names)}."
        )
    return Line(
        about="adapters",
        level=Level.WARN,
        text="No model has an adapter, so no order becomes an event.",
        mend=f"Register one in the {conf.DISCOVER}.py of its app: docs/orders.md.",
    )
