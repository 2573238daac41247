from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from ... import alerts, metrics
from ...conf import conf
from ...events import StandardEvent
from ...models import Dashboard
from ..periods import ways
from ..readonly import ReadOnlyAdmin
from . import asked
from .board import Board
from .elsewhere import elsewhere
from .files import as_file
from .leads import leads

GRID = "csv"


@admin.register(Dashboard)
class DashboardAdmin(ReadOnlyAdmin):
    """One page. Its permission shows numbers, never a raw event: hence no other address than the list's."""

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.changelist_view)
        return [path("", page, name="capi_tracking_dashboard_changelist")]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        board = self._board(request)
        wanted = request.GET.get(GRID, "")
        if wanted and (grid := board.grids.get(wanted)):
            return as_file(grid, board.asked.window.name)
        return TemplateResponse(request, "admin/capi_tracking/dashboard.html", self._page(request, board))

    def _board(self, request: HttpRequest) -> Board:
        wanted = asked.read(request.GET)
        about = metrics.Asked(
            using=conf.OUTBOX_DATABASES[0],
            pixel=wanted.pixel,
            with_tests=wanted.with_tests,
        )
        health = metrics.health(
            wanted.window, pixel=wanted.pixel, event=wanted.event, with_tests=wanted.with_tests, using=about.using
        )
        alerts.mark(health, about.using)
        return Board(wanted, health, about, leads(request, wanted), elsewhere(request))

    def _page(self, request: HttpRequest, board: Board) -> dict[str, Any]:
        complaints = list(board.asked.complaints)
        if request.GET.get(GRID):
            complaints.append(_("There is no such table."))
        for complaint in complaints:
            messages.warning(request, complaint)
        return {
            **self.admin_site.each_context(request),
            "title": _("Meta tracking health"),
            "opts": self.opts,
            "ways": ways(request),
            "board": board,
            "asked": board.asked,
            "health": board.health,
            "metas": metrics.metas_beside(board.health.metas, board.asked.event or StandardEvent.PURCHASE),
            "is_shadow": conf.SHADOW,
            "zone": timezone.get_default_timezone_name(),
            "aliases": list(conf.PIXELS),
            "may_see_pixels": "pixel" in board.leads.seen,
            "may_resume": "pixel" in board.leads.seen and request.user.has_perm("capi_tracking.change_pixel"),
        }
