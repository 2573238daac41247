"""Which campaigns brought the sales. Sums in several currencies stay apart."""

from collections import defaultdict
from dataclasses import dataclass

from ...normalization import BETWEEN_CAMPAIGN_PARTS
from ..counting.figures import Figures, Kind, Tally
from ..values import Money, Share, money

MAX_LINES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Sales of buyers that one campaign brought within the week before, new ones or ones who had bought before.

    All three names are empty where no address named a campaign. ``clicked``: of the sales those with a click id.
    """

    source: str
    name: str
    content: str
    sales: int
    new: int
    returning: int
    clicked: Share
    money: tuple[Money, ...]


def campaigns(figures: Figures) -> tuple[Campaign, ...]:
    """The busiest first."""
    groups: dict[str, list[Tally]] = defaultdict(list)
    for tally in figures.of(Kind.CAMPAIGN):
        groups[tally.name].append(tally)
    lines = [_campaign(name, tallies) for name, tallies in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.sales, line.source, line.name, line.content))[:MAX_LINES])


def _campaign(names: str, tallies: list[Tally]) -> Campaign:
    source, name, content = (*names.split(BETWEEN_CAMPAIGN_PARTS), "", "", "")[:3]
    sales = sum(tally.count for tally in tallies)
    returning = sum(tally.count for tally in tallies if tally.returning)
    return Campaign(
        source=source,
        name=name,
        content=content,
        sales=sales,
        new=sales - returning,
        returning=returning,
        clicked=Share(sum(tally.clicked for tally in tallies), sales),
        money=money((tally.currency, tally.money) for tally in tallies),
    )
