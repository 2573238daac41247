"""What pages told of others' pixels and of their own policies: who speaks there beside us, and what is blocked."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Sum

from ..models import PageReport
from .window import Window

MAX_GROUPS = 500
MAX_LINES = 5  # of each kind
MAX_PAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A pixel's id, or a directive with the host (``name``) that it blocked. ``pages``: the busiest first."""

    kind: str
    subject: str
    name: str
    count: int
    pages: tuple[str, ...]

    @property
    def is_foreign(self) -> bool:
        return self.kind == PageReport.Kind.FOREIGN


def reported(window: Window, *, using: str) -> tuple[Reported, ...]:
    """The busiest of each kind. One query."""
    found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for kind, subject, name, page, count in _groups(window, using):
        found[(kind, subject, "" if kind == PageReport.Kind.FOREIGN else name)][page] += count
    lines = sorted(
        (_line(place, pages) for place, pages in found.items()), key=lambda line: (-line.count, line.subject)
    )
    return tuple(line for kind in PageReport.Kind for line in [each for each in lines if each.kind == kind][:MAX_LINES])


def _line(place: tuple[str, str, str], pages: Counter[str]) -> Reported:
    kind, subject, name = place
    busiest = sorted(pages, key=lambda page: (-pages[page], page))[:MAX_PAGES]
    return Reported(kind=kind, subject=subject, name=name, count=pages.total(), pages=tuple(busiest))


def _groups(window: Window, using: str) -> list[tuple[str, str, str, str, int]]:
    rows = PageReport.objects.using(using).filter(day__range=window.days).order_by()
    groups = rows.values_list("kind", "subject", "name", "page").annotate(total=Sum("count"))
    return list(groups.order_by("-total")[:MAX_GROUPS])
