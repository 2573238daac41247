"""Why Meta told nothing of its numbers, in plain words, with what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ...models import FetchProblem

_WHY: Mapping[str, tuple[Promise, Promise]] = {
    FetchProblem.NO_TOKEN: (
        _("The pixel has no id, or no access token."),
        _("Put PIXEL_ID and ACCESS_TOKEN into PIXELS. Events Manager shows the one and makes the other."),
    ),
    FetchProblem.TOKEN: (
        _("Meta refuses the access token: it has expired, or was taken back."),
        _("Make a new one in Events Manager, under Settings, and put it into PIXELS."),
    ),
    FetchProblem.PERMISSION: (
        _("The access token may send events and not read Meta's numbers of them. Sending goes on."),
        _(
            "Give its system user the right “use events dataset”, and its app “ads_read” with “ads_management” or "
            "“business_management”. A token that Events Manager makes may read; an older one once the Dataset Quality API "
            "was switched on there; a partner's never may."
        ),
    ),
    FetchProblem.PIXEL: (
        _("Meta knows no dataset of this number, or does not show it to this access token."),
        _("Compare PIXEL_ID with Events Manager, and see that the token was made for that dataset."),
    ),
    FetchProblem.VERSION: (
        _("Meta no longer serves this version of its API."),
        _("Set GRAPH_VERSION to a newer one."),
    ),
    FetchProblem.REFUSED: (
        _("Meta refuses the question as it was asked."),
        _("Look up its code. With an APP_SECRET, see that it belongs to the app that made the token."),
    ),
    FetchProblem.THROTTLED: (
        _("Meta asks to slow down."),
        _("Nothing is to be done: the next run asks again, some hours later."),
    ),
    FetchProblem.UNREACHABLE: (
        _("Meta gave no usable answer."),
        _("Nothing is to be done if it was once: the next run asks again, some hours later. Else look at the network."),
    ),
    FetchProblem.ODD: (
        _("Meta's answer was not what its documentation says."),
        _(
            "The next run asks again. If it stays so, Meta has changed its API: look for a newer version of capi_tracking."
        ),
    ),
    FetchProblem.UNSUPPORTED: (
        _("The settings leave no way to ask Meta."),
        _("TRANSPORT must be one that can ask, as GraphTransport can, and GRAPH_URL must begin with https://."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """``why`` in one sentence, and ``advice``. ``code``: Meta's, with its subcode; "" without one."""

    problem: str
    asked_for: str
    code: str
    trace_id: str

    @property
    def why(self) -> str:
        return str(_WHY[self.problem][0])

    @property
    def advice(self) -> str:
        return str(_WHY[self.problem][1])

    @property
    def is_partial(self) -> bool:
        """Whether the question that failed was the second one: of the counts alone."""
        return self.asked_for == "stats"


def unasked(
    problem: str, asked_for: str | None, code: int | None, subcode: int | None, trace_id: str | None
) -> Unasked | None:
    """None where there is no problem."""
    if problem not in _WHY:
        return None
    codes = "/".join(str(each) for each in (code, subcode) if each is not None)
    return Unasked(problem=problem, asked_for=asked_for or "", code=codes, trace_id=trace_id or "")
