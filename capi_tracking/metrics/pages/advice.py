"""What a person can do about events that did not go."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ...models import Status
from ...models.verbs.byhand import ByHand

_ADVICE: Mapping[str, Promise] = {
    "denied": _(
        "Replace the access token, or give it back its rights to the pixel. The pixel resumes by itself with a new token."
    ),
    "rejected": _(
        "Open one and read what Meta said to its last attempt. Trying again sends the same contents: it helps only where "
        "the cause was at Meta, such as a setting of the pixel."
    ),
    "unknown": _(
        "Open one and read what Meta said to its last attempt. Trying again may help: nobody knows this code."
    ),
    "invalid": _("Mend what the adapter reads, and save the order again. The next comparison builds its event anew."),
    "adapter_failed": _("The log says where. Once the adapter is mended, the next comparison builds the event anew."),
    "never_answered": _("Look at the network between the worker and Meta; then try again."),
    "no_payload": _("Nothing can be sent of it any more."),
    "other_environment": _(
        "If this is the shop itself, set ENVIRONMENT right and release them. If it is a copy, cancel them: the shop's own "
        "worker has sent them."
    ),
    "restored": _("Release those that were not sent before the backup was made, and cancel the others."),
}
_BY_STATUS: Mapping[str, Promise] = {
    Status.EXPIRED: _(
        "Nothing can be sent any more. See that a worker runs, and that a refused token is replaced within days."
    ),
    Status.SKIPPED: _("Meta takes nothing of that age. Look at what recorded it so late."),
    Status.HELD: _("Look at one of them, then release or cancel them."),
    Status.DEAD: _("Look at one of them; then try again."),
}


def advise(status: str, reason: str) -> str:
    """One or two sentences; of an unknown reason what the status alone tells."""
    family = reason.partition("_")[0]
    if status in {Status.EXPIRED, Status.SKIPPED}:
        return str(_BY_STATUS[status])
    return str(_ADVICE.get(reason) or _ADVICE.get(family) or _BY_STATUS.get(status) or "")


def verbs_for(status: str, reason: str) -> tuple[ByHand, ...]:
    """What is worth offering, the likelier first."""
    if status == Status.HELD:
        is_ours = reason.startswith("denied")
        return (ByHand.RETRY, ByHand.CANCEL) if is_ours else (ByHand.RELEASE, ByHand.CANCEL)
    return (ByHand.RETRY,) if status == Status.DEAD else ()
