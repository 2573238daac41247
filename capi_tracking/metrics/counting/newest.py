"""A window that is short enough to read its rows: the newest of them, where they are too many."""

from ...models import OutboxEvent
from ..window import Window

MOST_EVENTS = 50_000


def newest(window: Window, *, using: str, most: int = MOST_EVENTS) -> Window:
    """The window itself, or its end with so many events. One query, of an index alone."""
    rows = OutboxEvent.objects.using(using).filter(event_time__gte=window.start, event_time__lt=window.end)
    times = rows.order_by("-event_time").values_list("event_time", flat=True)
    for time in times[most : most + 1]:
        since = time.astimezone(window.start.tzinfo)
        return Window(window.name, (since, *(edge for edge in window.edges if edge > since)))
    return window
