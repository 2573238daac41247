"""Everything that can be looked at from a terminal, each with how to mend it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial

from .. import alerts
from ..conf import conf
from ..conf import pixel as pixel_settings
from ..metrics import AT_RISK, Problem, Trouble
from ..models import Pixel
from .checked import checked
from .clocks import clocks
from .connection import TEST_EVENT, Tried, check_connection, send_test
from .head import head
from .line import Level, Line
from .running import hearts, oldest

TOLD_ABOVE = {Trouble.SILENT, Trouble.OVERDUE, Trouble.VERSION}
MENDS = {
    "settings": "Mend what it names in CAPI_TRACKING.",
    "denied": "Make a new access token in Events Manager (Settings) for this pixel, and put it into PIXELS.",
    "unreachable": "Look at the way to Meta: GRAPH_URL, DNS, a firewall that lets nothing out.",
    "throttled": "Wait: the worker does so as well.",
    "rejected": "Look whether PIXEL_ID is a data set of this token's business.",
}


def examine(code: str | None = None) -> list[Line]:
    """In the order in which one would mend it. With ``code`` a test event goes to each pixel, else none does; "" stands
    for the code that the pixel has in the settings.

    What fails while it is looked at is a line, and nothing is raised.
    """
    first = conf.OUTBOX_DATABASES[0] if conf.OUTBOX_DATABASES else "default"
    tried = {alias: _try(alias, code) for alias in conf.PIXELS if conf.ENABLED}
    parts: list[tuple[str, Callable[[], Iterable[Line]]]] = [
        ("settings", checked),
        ("pixel", lambda: [_connection(alias, each, was_sent=code is not None) for alias, each in tried.items()]),
        ("worker", partial(hearts, first)),
        *(("outbox", partial(_outbox, using)) for using in conf.OUTBOX_DATABASES),
        ("clock", partial(_clocks, first, tried)),
        ("head", head),
        ("alerts", lambda: [_alerts()]),
        ("action", partial(_action, first)),
    ]
    return [line for about, look in parts for line in _safely(about, look)]


def _safely(about: str, look: Callable[[], Iterable[Line]]) -> list[Line]:
    try:
        return list(look())
    except Exception as error:  # noqa: BLE001 (whatever is broken, the rest is told as well)
        text = f"This could not be looked at: {type(error).__name__}."
        return [Line(about=about, level=Level.BAD, text=text, mend="Run manage.py check and manage.py migrate first.")]


def _try(alias: str, code: str | None) -> Tried:
    if code is None:
        return check_connection(alias)
    return send_test(alias, code or pixel_settings(alias).test_event_code)


def _connection(alias: str, tried: Tried, *, was_sent: bool) -> Line:
    about = f"pixel {alias}"
    if tried.is_well:
        took = f"Meta took {TEST_EVENT}." if was_sent else "Meta knows it, and the token may send. No event was sent."
        return Line(about=about, level=Level.GOOD, text=f"{took} {_trace(tried)}".strip())
    codes = f"Code {tried.code}." if tried.code else ""
    text = " ".join(filter(None, (tried.explanation, codes, tried.message, _trace(tried))))
    return Line(about=about, level=Level.BAD, text=text, mend=MENDS[tried.kind])


def _trace(tried: Tried) -> str:
    return f"Trace id {tried.trace_id}." if tried.trace_id else ""


def _outbox(using: str) -> Iterator[Line]:
    Pixel.objects.using(using).ensure(conf.PIXELS)
    yield oldest(using)


def _clocks(using: str, tried: dict[str, Tried]) -> Iterable[Line]:
    ahead = next((each.ahead for each in tried.values() if each.ahead is not None), None)
    answers: dict[str, timedelta] = {"Meta": ahead} if ahead is not None else {}
    return clocks(using, answers)


def _alerts() -> Line:
    if conf.ALERT_EMAILS:
        return Line(about="alerts", level=Level.GOOD, text=f"Troubles are mailed to {', '.join(conf.ALERT_EMAILS)}.")
    mend = 'In CAPI_TRACKING: "ALERT_EMAILS": ["staff@shop.example"], and a line of cron with capi_doctor --alert.'
    return Line(about="alerts", level=Level.NOTE, text="Nobody is told of troubles by e-mail.", mend=mend)


def _action(using: str) -> Iterator[Line]:
    """What the dashboard's action list has beside all this."""
    for problem in alerts.standing(using):
        if problem.kind not in TOLD_ABOVE:
            yield _told(problem)


def _told(problem: Problem) -> Line:
    level = Level.BAD if problem.kind in AT_RISK else Level.WARN
    return Line(about="action", level=level, text=f"{problem.sentence} {problem.waits}".strip(), mend=problem.advice)
