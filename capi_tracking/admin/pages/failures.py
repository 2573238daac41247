"""What did not go, by reason, with what can be done about it, for a whole group at once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import metrics
from ...conf import conf
from ...models.verbs.byhand import ByHand, carry_out
from ..asking import is_confirmed
from ..hands import DONE, HandsOn
from ..links import may_open
from ..links import rows as rows_of
from ..periods import chosen_window, context

GROUP = ("pixel", "event_name", "status", "reason")


class FailuresPage(HandsOn):
    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.failures_view)
        return [path("failures/", page, name="capi_tracking_outboxevent_failures"), *super().get_urls()]

    def failures_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._operate_on_group(request)
        return TemplateResponse(request, "admin/capi_tracking/failures.html", self._failures(request))

    def _failures(self, request: HttpRequest) -> dict[str, Any]:
        window, using = chosen_window(request), conf.OUTBOX_DATABASES[0]
        groups = metrics.failed(window, using=using)
        return {
            **context(self, request, _("What did not go"), window),
            "groups": [(group, self._rows_of(group, window.name)) for group in groups],
            "requests": [
                (line, rows_of("deliveryattempt", period=window.name, kind__exact=line.kind, code=line.full_code))
                for line in metrics.failures(window, pixel="", using=using)
            ],
            "may_operate": self.has_operate_permission(request),
            "may_see_attempts": may_open(request, "deliveryattempt"),
        }

    def _rows_of(self, group: metrics.Failed, period: str) -> str:
        chosen = {"period": period, "status__exact": group.status, "reason": group.reason}
        return rows_of("outboxevent", **chosen, name=group.event_name, of_pixel=group.pixel)

    def _operate_on_group(self, request: HttpRequest) -> HttpResponse:
        if not self.has_operate_permission(request):
            raise PermissionDenied
        asked = {name: request.POST.get(name, "")[:100] for name in (*GROUP, "verb")}
        if asked["verb"] not in ByHand.values or any("\0" in value for value in asked.values()):
            return HttpResponseNotAllowed(["GET"])
        verb, window = ByHand(asked["verb"]), chosen_window(request)
        rows = metrics.of_group(window, using=conf.OUTBOX_DATABASES[0], **{name: asked[name] for name in GROUP})
        if not is_confirmed(request):
            return self.ask_about(request, rows, verb, asked=asked.items(), back=request.get_full_path())
        self._tell_of_group(request, verb, carry_out(rows, verb), asked)
        return HttpResponseRedirect(request.get_full_path())

    def _tell_of_group(self, request: HttpRequest, verb: ByHand, done: int, asked: dict[str, str]) -> None:
        told = ngettext("%(what)s: %(done)s event.", "%(what)s: %(done)s events.", done)
        if done:
            whom = f"{asked['event_name']}, {asked['status']} {asked['reason']}: {done}"
            self.note_many(request, str(DONE[verb]), whom)
        level = messages.SUCCESS if done else messages.WARNING
        self.message_user(request, told % {"what": DONE[verb], "done": done}, level)
