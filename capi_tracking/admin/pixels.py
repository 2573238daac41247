from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..delivery import resume
from ..models import Pixel
from .readonly import ReadOnlyAdmin, pill


@admin.register(Pixel)
class PixelAdmin(ReadOnlyAdmin):
    list_display = ["alias", "doing", "paused_reason", "paused_at", "wait_until", "wait_reason", "last_success_at"]
    sortable_by = ["alias"]
    ordering = ["alias"]
    fields = [
        "alias",
        "doing",
        "paused_reason",
        "paused_at",
        "wait_until",
        "wait_reason",
        "failures",
        "last_success_at",
    ]
    readonly_fields = ["doing"]
    actions = ["resume", "pause"]

    @admin.display(description=gettext_lazy("state"))
    def doing(self, pixel: Pixel) -> SafeString:
        return pill("bad" if pixel.state == Pixel.State.PAUSED else "good", pixel.get_state_display())

    @admin.action(description=gettext_lazy("Resume, and send what was held"), permissions=["operate"])
    def resume(self, request: HttpRequest, queryset: Any) -> None:
        pixels = self.few_enough(request, queryset)
        if not pixels:
            return
        released = resume([pixel.alias for pixel in pixels], queryset.db)
        self.note(request, pixels, _("Resumed"))
        told = ngettext("Resumed. %s held event goes on.", "Resumed. %s held events go on.", released) % released
        self.message_user(request, told, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Pause: send nothing until resumed"), permissions=["operate"])
    def pause(self, request: HttpRequest, queryset: Any) -> None:
        """The kill switch. Without a fingerprint no change of settings ends it: a person does."""
        pixels = self.few_enough(request, queryset)
        reason = _("Paused by %s.") % request.user.get_username()
        done = [pixel for pixel in pixels if Pixel.objects.using(queryset.db).pause(pixel.alias, reason=reason)]
        if done:
            self.note(request, done, _("Paused"))
            self.message_user(request, _("Paused. Events are recorded and wait; deadlines run on."), messages.WARNING)
