"""Lists of large tables that people may look at and not edit."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..conf import conf

MOST_COUNTED = 10_000
MOST_CHANGED = 1_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to a bound: a full count of a table with millions of rows takes seconds."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        # by the primary key alone: what is computed for each row would be computed for all that are counted
        return rows.order_by().values("pk")[:MOST_COUNTED].count() if isinstance(rows, QuerySet) else len(rows)


class ScanPaginator(BoundedPaginator):
    """Looks through the rows once, for the count and the page alike."""

    def __init__(self, rows: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(list(rows.values_list("pk", flat=True)[:MOST_COUNTED]), *args, **kwargs)


class ShownRows(ChangeList):
    """What is computed for a row is computed for those of the page, not for all that come before it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if isinstance(self.paginator, ScanPaginator):
            is_all = (self.show_all and self.can_show_all) or not self.multi_page
            found = self.paginator.object_list if is_all else self.paginator.page(self.page_num).object_list
            same = self.model._default_manager.using(self.queryset.db).filter(pk__in=found)
            self.result_list = same.order_by(*self.queryset.query.order_by)
        if isinstance(self.model_admin, ReadOnlyAdmin):
            self.result_list = self.model_admin.shown(self.result_list)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """No adding, editing or deleting. Actions with ``permissions=["operate"]`` ask for the change permission."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a facet is a count of its own
    list_per_page = 50
    list_max_show_all = 200
    find: ClassVar[Callable[[QuerySet[Any], str], QuerySet[Any]] | None] = None
    unled: ClassVar[Sequence[str]] = ()  # parameters of filters that no index leads to

    class Media:
        css = {"all": ["capi_tracking/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """As on all our pages, of the first outbox, whatever a router reads."""
        return super().get_queryset(request).using(conf.OUTBOX_DATABASES[0])

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "view") or self._may(request, "change")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "change")

    def get_list_display(self, request: HttpRequest) -> Any:
        """Without the pixel where there is one alone."""
        return [column for column in self.list_display if column != "pixel" or len(conf.PIXELS) > 1]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only the filters' own: others scan the table, and would spell out what the pages shorten."""
        fields = [each[0] if isinstance(each, tuple) else each for each in self.list_filter]
        ours = {getattr(each, "parameter_name", each) for each in fields}
        return lookup.partition("__")[0] in ours

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        if any("\0" in value for value in request.GET.values()):
            raise IncorrectLookupParameters  # PostgreSQL would raise an error of its own
        return super().get_changelist_instance(request)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        find = type(self).find
        return (find(queryset, search_term) if find and search_term else queryset), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ShownRows

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return (ScanPaginator if self.is_scan(request) else BoundedPaginator)(*args, **kwargs)

    def shown(self, rows: Any) -> Any:
        """The page's rows, with what is computed for each."""
        return rows

    def is_scan(self, request: HttpRequest) -> bool:
        """True if what is asked for can be found only by looking through the rows, one by one."""
        asked = {name.partition("__")[0] for name, value in request.GET.items() if value}
        return "q" not in asked and not asked.isdisjoint(self.unled)

    def note(self, request: HttpRequest, rows: Sequence[Model], what: str) -> None:
        """Write into the admin's history who did it."""
        LogEntry.objects.log_actions(request.user.pk, rows, CHANGE, what)  # type: ignore[arg-type]

    def note_many(self, request: HttpRequest, what: str, whom: str) -> None:
        """The same of rows that are too many to be named one by one."""
        LogEntry.objects.create(
            user_id=request.user.pk,  # type: ignore[misc]
            content_type=ContentType.objects.get_for_model(self.model, for_concrete_model=False),
            object_repr=whom[:200],
            action_flag=CHANGE,
            change_message=what,
        )

    def few_enough(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """The chosen rows; none, and a message, if they are too many for one go."""
        rows = list(queryset[: MOST_CHANGED + 1])
        if len(rows) <= MOST_CHANGED:
            return rows
        self.message_user(request, _("Choose at most %s at a time.") % MOST_CHANGED, messages.ERROR)
        return []

    def _may(self, request: HttpRequest, verb: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{verb}_{self.opts.model_name}")


def pill(level: str, text: str) -> SafeString:
    """A short state. The level colours what the text already says."""
    return format_html('<span class="capi-pill capi-pill-{}">{}</span>', level, text)
