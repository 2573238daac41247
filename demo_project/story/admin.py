from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from demo_project.story import troubles
from demo_project.story.models import Chapter, Incident
from demo_project.story.troubles import Impossible

EVERYTHING = "everything"


@admin.register(Incident)
class IncidentAdmin(admin.ModelAdmin):
    """One page in the place of a list, for superusers: it breaks things."""

    def get_urls(self) -> list[Any]:
        page = require_http_methods(["GET", "HEAD", "POST"])(never_cache(self.changelist_view))
        return [path("", self.admin_site.admin_view(page), name="story_incident_changelist")]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self.do(request)
            return HttpResponseRedirect(reverse(f"{self.admin_site.name}:story_incident_changelist"))
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/story/incidents.html", self.page(request))

    def page(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": "Cause an incident",
            "opts": self.opts,
            "board": troubles.board(),
            "chapters": Chapter.objects.all(),
        }

    def do(self, request: HttpRequest) -> None:
        """What the pressed button says; an unknown one says nothing."""
        caused, mended = request.POST.get("cause", ""), request.POST.get("mend", "")
        if mended == EVERYTHING:
            for name in troubles.BY_NAME:
                self.mend(request, name, quietly=True)
            self.message_user(request, "Mended, as far as it is in our hands.", messages.SUCCESS)
        elif caused in troubles.BY_NAME:
            self.cause(request, caused)
        elif mended in troubles.BY_NAME:
            self.mend(request, mended)

    def cause(self, request: HttpRequest, name: str) -> None:
        trouble = troubles.BY_NAME[name]
        try:
            self.note(request, troubles.cause(name), "Caused")
        except Impossible as reason:
            self.message_user(request, f"{trouble.title}: {reason}", messages.ERROR)
        else:
            self.message_user(request, f"{trouble.title}: done. {trouble.look}", messages.SUCCESS)

    def mend(self, request: HttpRequest, name: str, *, quietly: bool = False) -> None:
        trouble = troubles.BY_NAME[name]
        if quietly and troubles.obstacle(trouble):
            return
        try:
            self.note(request, troubles.mend(name), "Mended")
        except Impossible as reason:
            self.message_user(request, f"{trouble.title}: {reason}", messages.ERROR)
        else:
            if not quietly:
                self.message_user(request, f"{trouble.title}: mended.", messages.SUCCESS)

    def note(self, request: HttpRequest, incident: Incident, what: str) -> None:
        """Into the admin's history."""
        LogEntry.objects.log_actions(request.user.pk, [incident], CHANGE, what)
