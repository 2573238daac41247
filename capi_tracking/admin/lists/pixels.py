from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ... import doctor, metrics
from ...conf import conf
from ...conf import pixel as pixel_settings
from ...delivery import resume
from ...models import Pixel
from ..links import may_open
from ..links import rows as rows_of
from ..periods import context
from ..readonly import ReadOnlyAdmin, pill

CODE = "capi_test_code"  # in the session: nowhere else is it kept
CODE_LASTS = timedelta(hours=1)
LONGEST_CODE = 64
LONGEST_REASON = 150
VERBS = ("pause", "resume", "check", "test")


@admin.register(Pixel)
class PixelAdmin(ReadOnlyAdmin):
    list_display = ["alias", "doing", "paused_reason", "paused_at", "wait_until", "wait_reason", "last_success_at"]
    sortable_by = ["alias"]
    ordering = ["alias"]
    actions = ["resume", "pause"]

    @admin.display(description=gettext_lazy("state"))
    def doing(self, pixel: Pixel) -> SafeString:
        return pill("bad" if pixel.state == Pixel.State.PAUSED else "good", pixel.get_state_display())

    # -- one pixel -----------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        pixel = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, pixel):
            raise PermissionDenied
        if pixel is None:
            raise Http404
        if request.method == "POST":
            return self._operate(request, pixel)
        return TemplateResponse(request, "admin/capi_tracking/pixel.html", self._page(request, pixel))

    def _page(self, request: HttpRequest, pixel: Pixel) -> dict[str, Any]:
        is_known = pixel.alias in conf.PIXELS
        return {
            **context(self, request, _("Pixel “%s”") % pixel.alias),
            "pixel": pixel,
            "is_paused": pixel.state == Pixel.State.PAUSED,
            "waits": bool(pixel.wait_until and pixel.wait_until > timezone.now()),
            "settings": pixel_settings(pixel.alias) if is_known else None,
            "graph": f"{conf.GRAPH_URL} {conf.GRAPH_VERSION}",
            "state": metrics.pixel_state(pixel.alias, using=pixel._state.db or conf.OUTBOX_DATABASES[0]),
            "attempts": rows_of("deliveryattempt", of_pixel=pixel.alias),
            "code": _code(request),
            "may_operate": self.has_operate_permission(request),
            "may_see_attempts": may_open(request, "deliveryattempt"),
        }

    def _operate(self, request: HttpRequest, pixel: Pixel) -> HttpResponse:
        if not self.has_operate_permission(request):
            raise PermissionDenied
        verb = next((each for each in VERBS if each in request.POST), None)
        if verb is None:
            return HttpResponseNotAllowed(["GET"])
        getattr(self, f"_{verb}")(request, pixel)
        return HttpResponseRedirect(request.path)

    def _resume(self, request: HttpRequest, pixel: Pixel) -> None:
        self._resume_all(request, [pixel], pixel._state.db)

    def _pause(self, request: HttpRequest, pixel: Pixel) -> None:
        """The kill switch. Without a fingerprint no change of settings ends it: a person does."""
        self._pause_all(request, [pixel], pixel._state.db, " ".join(request.POST.get("reason", "").split()))

    def _check(self, request: HttpRequest, pixel: Pixel) -> None:
        tried = doctor.check_connection(pixel.alias)
        self.note(request, [pixel], _("Checked the connection: %s") % tried.kind)
        good = _("Meta can be reached, and would take events with this token.")
        self._tell(request, tried, good)

    def _test(self, request: HttpRequest, pixel: Pixel) -> None:
        code = request.POST.get("code", "").strip()[:LONGEST_CODE]
        if not code.isascii() or not code.isalnum():
            told = _(
                "Give the code that Events Manager shows under Test events: letters and digits, such as TEST12345."
            )
            self.message_user(request, told, messages.ERROR)
            return
        request.session[CODE] = [code, (timezone.now() + CODE_LASTS).timestamp()]
        tried = doctor.send_test(pixel.alias, code)
        self.note(request, [pixel], _("Sent a test event: %s") % tried.kind)
        good = _("Meta took %s. Events Manager shows it under Test events, within a minute.") % doctor.TEST_EVENT
        self._tell(request, tried, good)

    def _tell(self, request: HttpRequest, tried: doctor.Tried, good: str) -> None:
        trace = _("Trace id %s.") % tried.trace_id if tried.trace_id else ""
        if tried.is_well:
            self.message_user(request, f"{good} {trace}".strip(), messages.SUCCESS)
            return
        codes = _("Code %s.") % tried.code if tried.code else ""
        told = (tried.explanation, codes, tried.message, trace)
        self.message_user(request, " ".join(filter(None, told)), messages.ERROR)

    # -- actions -------------------------------------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Resume, and send what was held"), permissions=["operate"])
    def resume(self, request: HttpRequest, queryset: Any) -> None:
        self._resume_all(request, self.few_enough(request, queryset), queryset.db)

    @admin.action(description=gettext_lazy("Pause: send nothing until resumed"), permissions=["operate"])
    def pause(self, request: HttpRequest, queryset: Any) -> None:
        self._pause_all(request, self.few_enough(request, queryset), queryset.db)

    def _resume_all(self, request: HttpRequest, pixels: list[Pixel], using: Any) -> None:
        if not pixels:
            return
        released = resume([pixel.alias for pixel in pixels], using)
        self.note(request, pixels, _("Resumed"))
        told = ngettext("Resumed. %s held event goes on.", "Resumed. %s held events go on.", released) % released
        self.message_user(request, told, messages.SUCCESS)

    def _pause_all(self, request: HttpRequest, pixels: list[Pixel], using: Any, why: str = "") -> None:
        reason = _("Paused by %s.") % request.user.get_username()
        reason = f"{reason} {why[:LONGEST_REASON]}".strip()
        done = [pixel for pixel in pixels if Pixel.objects.using(using).pause(pixel.alias, reason=reason)]
        if done:
            self.note(request, done, _("Paused"))
            self.message_user(request, _("Paused. Events are recorded and wait; deadlines run on."), messages.WARNING)


def _code(request: HttpRequest) -> str:
    """The test code of the last hour."""
    code, until = request.session.get(CODE, ("", 0))
    return str(code) if until > timezone.now().timestamp() else ""
