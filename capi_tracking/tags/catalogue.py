"""Every tag, by its name."""

from . import markup
from .events import check_event, check_item, check_on, event, item, on
from .head import head
from .noscript import noscript
from .sale import purchase
from .secret import private
from .tag import Tag

MAX_PIXELS = 20

_ALL = (
    Tag(
        name="pixel_head",
        usage='pixel_head "alias" ...',
        make=head,
        most=MAX_PIXELS,
        options=frozenset({"pixel"}),
        kept=False,
    ),
    Tag(
        name="pixel_event",
        usage='pixel_event "EventName" object name=value ...',
        make=event,
        least=1,
        most=2,
        options=frozenset({"pixel"}),
        parameters=True,
        check=check_event,
    ),
    Tag(
        name="pixel_on",
        usage='pixel_on "EventName" object name=value ...',
        make=on,
        least=1,
        most=2,
        options=frozenset({"pixel", "on", "unconfirmed"}),
        parameters=True,
        check=check_on,
        explain=markup.attribute,
    ),
    Tag(name="pixel_purchase", usage="pixel_purchase order", make=purchase, least=1, most=1),
    Tag(
        name="pixel_item",
        usage="pixel_item object name=value ...",
        make=item,
        most=1,
        options=frozenset({"pixel"}),
        parameters=True,
        check=check_item,
        explain=markup.text,
    ),
    Tag(
        name="pixel_noscript",
        usage='pixel_noscript "alias" ...',
        make=noscript,
        most=MAX_PIXELS,
        options=frozenset({"pixel"}),
    ),
    Tag(name="pixel_private", usage="pixel_private", make=private, kept=False, everywhere=True),
)
TAGS = {tag.name: tag for tag in _ALL}
