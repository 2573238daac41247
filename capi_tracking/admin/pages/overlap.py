"""Which orders have no pair at Meta, and the likely cause of each."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ... import metrics, orders
from ...conf import conf
from ..links import event_page, order_page
from ..periods import chosen_window, context
from ..readonly import ReadOnlyAdmin

MOST_SHOWN = 100


class OverlapPage(ReadOnlyAdmin):
    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.overlap_view)
        return [path("overlap/", page, name="capi_tracking_outboxevent_overlap"), *super().get_urls()]

    def overlap_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, "admin/capi_tracking/overlap.html", self._overlap(request))

    def _overlap(self, request: HttpRequest) -> dict[str, Any]:
        window, cause = chosen_window(request), request.GET.get("cause", "")
        cause = cause if cause in metrics.Cause.values else ""
        pairing = metrics.pairing(window, using=conf.OUTBOX_DATABASES[0])
        found = [each for each in pairing.unpaired if not cause or each.cause == cause]
        return {
            **context(self, request, _("Pairs: orders that Meta has from both sides"), window),
            "pairing": pairing,
            "told": [
                (each.pixel, line) for each in metrics.metas(using=conf.OUTBOX_DATABASES[0]) for line in each.told
            ],
            "causes": [
                (line, f"?{urlencode({'period': window.name, 'cause': line.cause})}") for line in pairing.causes
            ],
            "cause": metrics.Cause(cause) if cause else None,
            "lines": _lines(found[:MOST_SHOWN]),
            "not_shown": max(len(found) - MOST_SHOWN, 0),
            "kept": [("cause", cause)],
        }


def _lines(unpaired: list[metrics.Unpaired]) -> list[tuple[metrics.Unpaired, str, str, str]]:
    """Each with what its order is called, the order's page and its event's."""
    known = orders.called(each.order_key for each in unpaired)
    lines = []
    for each in unpaired:
        order = known.get(each.order_key or "")
        number = order.number if order else each.order_key or "?"
        lines.append((each, number, order_page(each.order_key or "", order) if order else "", event_page(each.pk)))
    return lines
