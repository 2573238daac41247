"""A column for the shop's own list of orders: what became of each at Meta."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.forms import Media
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import metrics, orders
from ..conf import conf
from ..models import OutboxEvent, Status
from .links import event_page, may_open
from .lists.events import LEVELS
from .readonly import pill

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = object

MOST_SHOWN = 3
SALE = "Purchase"


class TrackingColumn(_Admin):
    """Mixin for the ``ModelAdmin`` of orders that have an adapter: ``class OrderAdmin(TrackingColumn, ModelAdmin)``.

    The list gets the column ``tracking`` after its first, unless ``list_display`` says where, for one query a page. The
    column may also stand among the ``readonly_fields``. Who may see events finds a link to each of the first outbox.
    """

    @property
    def media(self) -> Media:
        return super().media + Media(css={"all": ["capi_tracking/admin.css"]})

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = list(super().get_list_display(request))
        return shown if "tracking" in shown else [*shown[:1], "tracking", *shown[1:]]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        listed = super().get_changelist(request, **kwargs)
        return type(listed.__name__, (_ReadAhead, listed), {})

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        order = super().get_object(request, *args, **kwargs)
        if order is not None and "tracking" in self.get_readonly_fields(request, order):
            read_ahead([order], request)
        return order

    @admin.display(description=gettext_lazy("Meta"))
    def tracking(self, order: Model) -> SafeString | None:
        """The order's own event, then its renewals, the newest first; None where nothing is recorded."""
        if not hasattr(order, "_capi_events"):
            return None  # a form for a new one
        events: Sequence[OutboxEvent] = sorted(order._capi_events, key=lambda event: bool(event.part))
        pieces = [(self._piece(event, order),) for event in events[:MOST_SHOWN]]
        if len(events) > MOST_SHOWN:
            pieces.append(
                (format_html('<span class="capi-why">{}</span>', _("and %s more") % (len(events) - MOST_SHOWN)),)
            )
        return format_html_join("\n", "{}", pieces) if pieces else None

    def _piece(self, event: OutboxEvent, order: Any) -> SafeString:
        state = pill(LEVELS[Status(event.status)], event.get_status_display())
        is_listed = order._capi_links and event._state.db == conf.OUTBOX_DATABASES[0]
        shown = format_html('<a href="{}">{}</a>', event_page(event.pk), state) if is_listed else state
        return format_html(
            '{} <span class="capi-why" title="{}">{}</span>', shown, metrics.explain(event.reason), _note(event)
        )


def _note(event: OutboxEvent) -> str:
    """What the status does not say: which event and pixel it is, where it could be another, and why it was not sent."""
    name = f"{event.event_name} {event.part or ''}".strip()
    words = [name if name != SALE else "", event.pixel if len(conf.PIXELS) > 1 else "", event.reason.replace("_", " ")]
    return " · ".join(filter(None, words))


def read_ahead(found: Sequence[Any], request: HttpRequest) -> None:
    """Lay beside each order its events, and whether this member of staff may look at them."""
    events = orders.events_of(found)
    may_look = may_open(request, "outboxevent")
    for order in found:
        order._capi_events = events[orders.order_key(type(order), order.pk)]
        order._capi_links = may_look


class _ReadAhead(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        read_ahead(list(self.result_list), request)  # which keeps its rows: the page shows these very ones
