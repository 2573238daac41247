from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ... import metrics
from ...models import DeliveryAttempt
from ..drilling import CodeDrill
from ..filters import AttemptPeriodFilter, PixelFilter
from ..links import event_page
from ..readonly import ReadOnlyAdmin, pill

Kind = DeliveryAttempt.Kind
LEVELS = {Kind.DELIVERED: "good", Kind.UNREACHABLE: "warn", Kind.THROTTLED: "warn"}
MOST_LISTED = 50


@admin.register(DeliveryAttempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "outcome", "answer", "batch_size", "duration_ms", "pixel"]
    list_filter = [AttemptPeriodFilter, "kind", CodeDrill, PixelFilter]
    sortable_by = ["started_at"]
    ordering = ["-started_at"]
    fields = [
        "started_at",
        "outcome",
        "meaning",
        "http_status",
        "code",
        "subcode",
        "message",
        "trace_id",
        "batch_size",
        "batch_bytes",
        "events_received",
        "duration_ms",
        "pixel",
        "events_in_it",
    ]
    readonly_fields = ["outcome", "meaning", "events_in_it"]

    @admin.display(description=_("outcome"))
    def outcome(self, attempt: DeliveryAttempt) -> SafeString:
        return pill(LEVELS.get(Kind(attempt.kind), "bad"), attempt.get_kind_display())

    @admin.display(description=_("answer"))
    def answer(self, attempt: DeliveryAttempt) -> str:
        codes = [code for code in (attempt.code, attempt.subcode) if code is not None]
        told = [f"HTTP {attempt.http_status}"] if attempt.http_status else []
        return ", ".join([*told, "/".join(map(str, codes))] if codes else told) or "-"

    @admin.display(description=_("meaning"))
    def meaning(self, attempt: DeliveryAttempt) -> str:
        return metrics.explain(attempt.kind)

    @admin.display(description=_("events of a failed attempt"))
    def events_in_it(self, attempt: DeliveryAttempt) -> Any:
        pks = attempt.events[:MOST_LISTED] if isinstance(attempt.events, list) else []
        return format_html_join(" ", '<a href="{}">{}</a>', ((event_page(pk), pk) for pk in pks))
