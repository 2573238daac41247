"""Plain language for the codes that rows, counts and attempts carry."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import Status

_REASONS: Mapping[str, Promise] = {
    "consent_denied": _("The visitor refused tracking, so nothing was sent."),
    "consent_unknown": _("The visitor had not answered the consent question, so nothing was sent."),
    "consent_limited": _("The visitor allowed limited use only, and this event could not be sent in that way."),
    "consent_withdrawn": _("The visitor withdrew consent before it was sent."),
    "too_old": _("Too old: Meta takes events of the last seven days only (62 for physical stores)."),
    "pair_window_closed": _(
        "The browser's copy went out more than 47 hours ago. Sent now, Meta would count the event twice."
    ),
    "too_little_user_data": _("Too little customer data: Meta refuses an event that could be nearly anybody."),
    "order_deleted": _("The order was deleted in the transaction that paid it: there was no sale."),
    "by_staff": _("A member of staff cancelled it."),
    "refunded": _("The order was refunded before the event was sent."),
    "order_cancelled": _("The order was cancelled before the event was sent."),
    "other_environment": _("It was recorded in another environment, perhaps before this database was copied."),
    "never_answered": _("Meta never answered when it was sent, not even alone."),
    "no_payload": _("Its contents are gone, so there is nothing to send."),
    "adapter_failed": _("The shop's order adapter raised an error. Mend it, then save the order again."),
    "shadow": _("Shadow mode was on: it was recorded, and not sent."),
    "restored": _("Older than allowed when a restored backup began to deliver: it may have been sent before."),
    "bot": _("A robot, not a visitor."),
    "staff": _("Your own staff, not a customer."),
    "excluded_address": _("It came from an address that the shop excludes."),
    "minor": _("A child, by the date of birth: Meta's terms forbid it."),
    "sensitive_page": _("It happened on a page whose address is in SENSITIVE_PAGES."),
    "not_shared": _("SHARE left too little customer data: Meta refuses an event that could be nearly anybody."),
    "excluded_staff": _("Your own staff ordered it, not a customer."),
    "excluded_group": _("The buyer is in a group that the shop excludes."),
    "excluded_email": _("The buyer's e-mail address is one that the shop excludes."),
    "excluded_channel": _("It came in by a channel that the shop excludes."),
    "excluded_test_order": _("A test order: nobody bought anything."),
    "excluded": _("The shop excludes this order from tracking."),
    # outcomes of a request
    "unreachable": _("Meta gave no usable answer. The events wait and are tried again by themselves."),
    "throttled": _("Meta asked to slow down. The events wait for as long as it said."),
    "denied": _("Meta refused the token or the pixel. Events are held until the token is replaced."),
    "rejected": _("A batch held an event that Meta will never take. It was taken out; the others were sent on."),
    "delivered": _("Meta took the events."),
}
# families: what follows the underscore is Meta's code, or the field that was wrong
_FAMILIES: Mapping[str, Promise] = {
    "denied": _("Meta refused the token or the pixel (code %s)."),
    "rejected": _("Meta refused this event (code %s)."),
    "unknown": _("Meta refused this event five times, with a code nobody knows (%s)."),
    "invalid": _("The order cannot be told to Meta: its %s is wrong or missing."),
}
_STATUSES: Mapping[str, Promise] = {
    Status.PENDING: _("It waits to be sent."),
    Status.LEASED: _("A worker is sending it now."),
    Status.SENT: _("Meta took it."),
    Status.HELD: _("It is held until a person, or a new token, lets it go on."),
    Status.DEAD: _("It was not sent, and will not go by itself."),
    Status.EXPIRED: _("Its deadline passed before it could be sent."),
    Status.SKIPPED: _("It was not sent, as intended."),
    Status.CANCELLED: _("It was withdrawn before it was sent."),
}


def explain(reason: str) -> str:
    """What the reason means; a reason that has no text speaks for itself."""
    family, _underscore, detail = reason.partition("_")
    if reason in _REASONS or family not in _FAMILIES or not detail:
        return str(_REASONS.get(reason, reason))
    return str(_FAMILIES[family]) % detail


def explain_status(status: str, reason: str) -> str:
    """What the status means and, where there is a reason, why."""
    meaning = str(_STATUSES.get(status, status))
    return f"{meaning} {explain(reason)}" if reason else meaning
