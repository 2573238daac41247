"""What our own pages have in common: a period in the address, the ways to each other, the admin's frame."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import metrics
from .links import may_open, page

DATES = ("since", "until")


class Way(NamedTuple):
    model: str
    name: str
    title: Any


WAYS = (
    Way("dashboard", "dashboard_changelist", _("Health")),
    Way("matchquality", "matchquality_changelist", _("Match quality")),
    Way("qualitysnapshot", "qualitysnapshot_changelist", _("Meta's numbers")),
    Way("reconciliation", "reconciliation_changelist", _("Orders")),
    Way("outboxevent", "outboxevent_failures", _("What did not go")),
    Way("outboxevent", "outboxevent_overlap", _("Pairs")),
    Way("outboxevent", "outboxevent_changelist", _("Events")),
    Way("pixel", "pixel_changelist", _("Pixels")),
)


def chosen_window(request: HttpRequest) -> metrics.Window:
    """``period``: a name, or two dates; or the dates each by its own field. What can't be read is the default."""
    first, last = (request.GET.get(name, "") for name in DATES)
    dates = f"{first or last}..{last or first}"
    return metrics.window(dates if metrics.is_window(dates) else request.GET.get("period", metrics.DEFAULT_WINDOW))


def context(model_admin: Any, request: HttpRequest, title: Any, window: metrics.Window | None = None) -> dict[str, Any]:
    """What each of our pages' templates is given."""
    request.current_app = model_admin.admin_site.name
    return {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "ways": ways(request),
        "window": window,
        "windows": metrics.WINDOWS.items(),
        "days": window.days if window else (),
    }


def ways(request: HttpRequest) -> list[tuple[str, Any, bool]]:
    """Address and title of each page that this member of staff may see, and whether it is this one."""
    found = ((page(way.name), way) for way in WAYS if may_open(request, way.model))
    return [(address, way.title, address == request.path) for address, way in found if address]
