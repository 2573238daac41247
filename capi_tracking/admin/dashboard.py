from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from .. import metrics
from ..conf import conf
from ..models import Dashboard
from .charts import chart
from .readonly import ReadOnlyAdmin


@admin.register(Dashboard)
class DashboardAdmin(ReadOnlyAdmin):
    """One page. Its permission shows numbers, never a raw event: hence no other address than the list's."""

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.changelist_view)
        return [path("", page, name="capi_tracking_dashboard_changelist")]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/capi_tracking/dashboard.html", self._page(request))

    def _page(self, request: HttpRequest) -> dict[str, Any]:
        window = metrics.window(request.GET.get("period", metrics.DEFAULT_WINDOW))
        pixel = request.GET.get("pixel", "")
        health = metrics.health(window, pixel=pixel if pixel in conf.PIXELS else "")
        return {
            **self.admin_site.each_context(request),
            "title": _("Meta tracking health"),
            "opts": self.opts,
            "health": health,
            "is_shadow": conf.SHADOW,
            "chart": chart(health.parts),
            "windows": metrics.WINDOWS.items(),
            "aliases": list(conf.PIXELS),
            "may_see_events": request.user.has_perm("capi_tracking.view_outboxevent"),
            "may_see_differences": request.user.has_perm("capi_tracking.view_orderdifference"),
            "may_see_reports": request.user.has_perm("capi_tracking.view_pagereport"),
            "may_resume": request.user.has_perm("capi_tracking.change_pixel"),
        }
