"""What staff can break and mend again: three switches of the sandbox, bots, and the worker."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from capi_tracking import delivery, tasks
from capi_tracking.conf import conf
from capi_tracking.models import Pixel
from demo_project.runner import switch
from demo_project.story import switchboard
from demo_project.story.models import Incident
from demo_project.story.switchboard import Silent

Name = Incident.Name


class Impossible(Exception):
    """It can't be done here and now; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """``title``: what the button does. ``effect``: one sentence on what will happen. ``page``: where it shows."""

    name: str
    title: str
    effect: str
    look: str
    page: str
    is_switch: bool = False


TROUBLES = (
    Trouble(
        name=Name.TOKEN,
        title="Break the token",
        effect="Meta refuses the access token, so the pixel pauses at the next event: that one is held, new ones wait "
        "behind it, and nothing is lost.",
        look="Tracking health: the pixel is paused, with code 190 and the money that waits.",
        page="admin:capi_tracking_dashboard_changelist",
        is_switch=True,
    ),
    Trouble(
        name=Name.THROTTLED,
        title="Throttle",
        effect="Meta asks to slow down, so the worker waits as long as it is told and then tries with a single event.",
        look="Delivery attempts: throttled, code 4.",
        page="admin:capi_tracking_deliveryattempt_changelist",
        is_switch=True,
    ),
    Trouble(
        name=Name.BLOCKED,
        title="Block the pixel",
        effect="Browsers can't load the pixel any more, as with a policy that forgot it; sales reach Meta from the server "
        "alone. For a minute some forty visitors come by, and again once it is mended.",
        look="Tracking health: after half a minute the action list says that nearly every browser blocks the pixel, and "
        "“Server only” grows.",
        page="admin:capi_tracking_dashboard_changelist",
        is_switch=True,
    ),
    Trouble(
        name=Name.BOTS,
        title="Send bots",
        effect="Every five seconds some crawlers fetch pages and post beacons, for half an hour at most; not one of "
        "them becomes an event.",
        look="Here, the count goes up; in Events, nothing appears. Tracking health: after a minute the action list counts "
        "them, and twenty minutes after the last one it is silent.",
        page="admin:capi_tracking_dashboard_changelist",
    ),
    Trouble(
        name=Name.WORKER,
        title="Stop the worker",
        effect="Nobody sends any more: the shop goes on selling and every event waits in the outbox, until the worker "
        "is back and sends them all.",
        look="Tracking health: “Waiting now” grows at once; after ten minutes the action list says that no worker has "
        "shown itself.",
        page="admin:capi_tracking_dashboard_changelist",
    ),
)
BY_NAME = {trouble.name: trouble for trouble in TROUBLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a trouble is now. ``is_on`` is None where nobody can tell; ``obstacle`` says why it can't be caused."""

    trouble: Trouble
    is_on: bool | None = False
    since: datetime | None = None
    obstacle: str = ""
    pages: int = 0
    beacons: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """All five. ``complaint``: what the page has to say of a sandbox that does not answer."""

    states: tuple[State, ...]
    complaint: str = ""

    @property
    def any_on(self) -> bool:
        return any(state.is_on for state in self.states)


def board() -> Board:
    """How things stand. Changes nothing."""
    kept = {incident.name: incident for incident in Incident.objects.all()}
    switches, complaint = read_switches()
    return Board(tuple(state(trouble, kept.get(trouble.name), switches) for trouble in TROUBLES), complaint)


def read_switches() -> tuple[dict[str, bool], str]:
    if not switchboard.has_sandbox():
        return {}, ""
    try:
        return switchboard.states(), ""
    except Silent as silence:
        return {}, str(silence)


def state(trouble: Trouble, kept: Incident | None, switches: dict[str, bool]) -> State:
    kept = kept or Incident(name=trouble.name)
    is_on = is_on_now(trouble, kept, switches)
    since = kept.since if is_on and kept.is_on else None
    return State(
        trouble=trouble,
        is_on=is_on,
        since=since,
        obstacle=obstacle(trouble) or hindrance(trouble),
        pages=kept.pages,
        beacons=kept.beacons,
    )


def is_on_now(trouble: Trouble, kept: Incident, switches: dict[str, bool]) -> bool | None:
    """What the sandbox and the worker's switch say goes before what we remember."""
    if obstacle(trouble):
        return False
    if trouble.is_switch:
        return switches.get(trouble.name)
    return switch.worker_is_stopped() if trouble.name == Name.WORKER else kept.is_on


def obstacle(trouble: Trouble) -> str:
    """Why it can't be caused in this installation, or ""."""
    if trouble.is_switch and not switchboard.has_sandbox():
        return f"Off: events go to {conf.GRAPH_URL}, which is no sandbox of this demo."
    if trouble.name == Name.WORKER and not getattr(settings, "DEMO_DIR", None):
        return "Off: there is no DEMO_DIR, so no running demo could read it."
    return ""


def hindrance(trouble: Trouble) -> str:
    """Why nothing would be seen of it just now, or "". It can be mended all the same."""
    if trouble.name == Name.BOTS and not obstacle(BY_NAME[Name.WORKER]) and switch.worker_is_stopped():
        return "Nothing happens while the worker is stopped, since it sends the bots: mend that first."
    return ""


def cause(name: str) -> Incident:
    """Break it. Raises :class:`Impossible`."""
    if why := hindrance(BY_NAME[name]):
        raise Impossible(why)
    notice_mended(BY_NAME[name])
    return put(name, on=True)


def notice_mended(trouble: Trouble) -> None:
    """What was mended elsewhere is over, so that what begins now began now."""
    kept = Incident.objects.filter(name=trouble.name, is_on=True).first()
    if kept and is_on_now(trouble, kept, read_switches()[0]) is False:
        kept.turn(False)


def mend(name: str) -> Incident:
    """Make it whole again, and let what waited go on. Raises :class:`Impossible`."""
    incident = put(name, on=False)
    if name in {Name.TOKEN, Name.THROTTLED}:
        go_on()
    return incident


def forget() -> None:
    """Before a start: the new sandbox has no switch on and the worker will run, so nothing is on any more."""
    for incident in Incident.objects.filter(is_on=True):
        incident.turn(False)
    if switchboard.has_sandbox():
        for using in conf.OUTBOX_DATABASES:
            delivery.resume(stopped_by_meta(using), using)


def stopped_by_meta(using: str) -> list[str]:
    """Pixels that the last sandbox refused or made wait. What staff have paused stays paused."""
    refused = ~Q(refused_fingerprint="") & Q(state=Pixel.State.PAUSED)
    waiting = ~Q(wait_until=None) & Q(state=Pixel.State.OPEN)
    pixels = Pixel.objects.using(using).filter(refused | waiting, alias__in=list(conf.PIXELS))
    return list(pixels.values_list("alias", flat=True))


def put(name: str, *, on: bool) -> Incident:
    trouble = BY_NAME[name]
    if why := obstacle(trouble):
        raise Impossible(why)
    try:
        act(trouble)(on)
    except (Silent, OSError) as error:
        raise Impossible(str(error)) from error
    incident = Incident.objects.get_or_create(name=name)[0]
    incident.turn(on)
    return incident


def act(trouble: Trouble) -> Callable[[bool], None]:
    """What turns it. Bots look at the incident themselves."""
    if trouble.is_switch:
        return lambda on: switchboard.turn(trouble.name, on)
    if trouble.name == Name.WORKER:
        return lambda on: switch.stop_worker() if on else switch.start_worker()
    return lambda on: None


def go_on() -> None:
    """As staff's "Resume": the refused token is the right one again, so settings alone would not tell."""
    for using in conf.OUTBOX_DATABASES:
        delivery.resume(list(conf.PIXELS), using)
    if conf.NUDGE == "celery":
        tasks.nudge()
