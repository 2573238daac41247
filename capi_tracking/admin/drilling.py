"""From a number of the dashboard to the rows that it counts: the filters that the lists need.

These filters stand beside the list only while one is chosen: a number's link chooses it, and a click takes it away.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import metrics

NO_COPY = "none"


class Drill(admin.SimpleListFilter):
    def narrow(self, rows: Any, value: str) -> Any:
        """Those rows alone that the value speaks of."""
        raise NotImplementedError

    def words(self, value: str) -> Any:
        """The value, for people."""
        return value

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        value = request.GET.get(str(self.parameter_name), "")
        return [(value, self.words(value))] if value else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return self.narrow(queryset, value) if (value := self.value()) else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        without = changelist.get_query_string(remove=[self.parameter_name])
        yield {"selected": False, "query_string": without, "display": _("All")}
        for value, words in self.lookup_choices:
            here = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": True, "query_string": here, "display": words}


class OutcomeDrill(Drill):
    title = _("outcome")
    parameter_name = "outcome"

    def narrow(self, rows: Any, value: str) -> Any:
        return metrics.with_result(rows, value)

    def words(self, value: str) -> Any:
        return dict(metrics.Result.choices).get(value, value)


class SideDrill(Drill):
    title = _("side")
    parameter_name = "side"

    def narrow(self, rows: Any, value: str) -> Any:
        return metrics.on_side(rows, value)

    def words(self, value: str) -> Any:
        return dict(metrics.Side.choices).get(value, value)


class ProofDrill(Drill):
    """Sales that the server alone told, by how sure that is."""

    title = _("proof")
    parameter_name = "proof"

    def narrow(self, rows: Any, value: str) -> Any:
        return metrics.with_proof(rows, value)

    def words(self, value: str) -> Any:
        return dict(metrics.Proof.choices).get(value, value)


class CopyDrill(Drill):
    """Receipts of which there is no event."""

    title = _("server copy")
    parameter_name = "copy"

    def narrow(self, rows: Any, value: str) -> Any:
        return metrics.first_alone(rows) if value == NO_COPY else rows.none()

    def words(self, value: str) -> Any:
        return _("none, once for each event") if value == NO_COPY else value


class GroupDrill(Drill):
    title = _("kind of event")
    parameter_name = "group"

    def narrow(self, rows: Any, value: str) -> Any:
        return metrics.in_group(rows, value)

    def words(self, value: str) -> Any:
        return dict(metrics.Group.choices).get(value, value)


class NameDrill(Drill):
    """An event by its name, which may be the shop's own."""

    title = _("name")
    parameter_name = "name"

    def narrow(self, rows: Any, value: str) -> Any:
        return rows.filter(event_name=value)


class ReasonDrill(Drill):
    title = _("reason")
    parameter_name = "reason"

    def narrow(self, rows: Any, value: str) -> Any:
        return rows.filter(reason=value)

    def words(self, value: str) -> Any:
        return metrics.explain(value)


class KeyDrill(Drill):
    title = _("match key")
    parameter_name = "key"

    def narrow(self, rows: Any, value: str) -> Any:
        return metrics.with_key(rows, value)

    def words(self, value: str) -> Any:
        return metrics.MatchKey(value).label


class TestsDrill(Drill):
    __test__ = False
    title = _("test events")
    parameter_name = "tests"

    def narrow(self, rows: Any, value: str) -> Any:
        return rows.filter(is_test=value != "no")

    def words(self, value: str) -> Any:
        return _("left out") if value == "no" else _("alone")


class CodeDrill(Drill):
    title = _("code")
    parameter_name = "code"

    def narrow(self, rows: Any, value: str) -> Any:
        return metrics.with_code(rows, value)


DRILLS = [OutcomeDrill, SideDrill, ProofDrill, GroupDrill, NameDrill, ReasonDrill, KeyDrill, TestsDrill]
DRILLED = [str(drill.parameter_name) for drill in DRILLS]
