"""What pages told of others' pixels and of their own policies: who speaks there beside us, and what is blocked."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ...models import PageReport

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


def reported_of(groups: Iterable[tuple[str, str, str, str, int]]) -> tuple[Reported, ...]:
    """The busiest of each kind, from kind, subject, name, page and how often."""
    found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for kind, subject, name, page, count in sorted(groups, key=lambda group: -group[-1])[:MAX_GROUPS]:
        found[(kind, subject, "" if kind == PageReport.Kind.FOREIGN else name)][page] += count
    lines = sorted(
        (_line(place, pages) for place, pages in found.items()), key=lambda line: (-line.count, line.subject)
    )
    return tuple(line for kind in PageReport.Kind for line in [each for each in lines if each.kind == kind][:MAX_LINES])


def _line(place: tuple[str, str, str], pages: Counter[str]) -> Reported:
    kind, subject, name = place
    busiest = sorted(pages, key=lambda page: (-pages[page], page))[:MAX_PAGES]
    return Reported(kind=kind, subject=subject, name=name, count=pages.total(), pages=tuple(busiest))
