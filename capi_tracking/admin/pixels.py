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
    actions = ["resume"]

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
