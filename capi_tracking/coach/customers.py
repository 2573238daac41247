"""Keys of the customer: the field, the question at the checkout, or the setting that would give them."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from ..conf import conf
from ..events import StandardEvent
from ..events.intake import FIELDS
from ..events.user_data import HASHED
from ..visitors.people import OF_THE_REQUEST
from .advice import Kind, Remedy
from .candidates import candidates
from .tellers import Teller

NAMES = {key: name for name, key in FIELDS.items()}
NOT_ASKED_FOR_ADS = frozenset({"date_of_birth", "gender"})
OF_WHAT_IS_SAVED = frozenset(
    {
        StandardEvent.LEAD,
        StandardEvent.COMPLETE_REGISTRATION,
        StandardEvent.CONTACT,
        StandardEvent.DONATE,
        StandardEvent.SCHEDULE,
        StandardEvent.START_TRIAL,
        StandardEvent.SUBMIT_APPLICATION,
        StandardEvent.SUBSCRIBE,
        StandardEvent.PURCHASE,
    }
)
OF_EVERY_USER = frozenset({"email", "first_name", "last_name", "external_id"})


def is_of_the_customer(key: str) -> bool:
    return key in HASHED


def is_of_the_request(key: str) -> bool:
    return key in OF_THE_REQUEST


def of_orders(key: str, told_by: Iterable[Teller]) -> Iterator[Remedy]:
    """What each adapter could read and does not, or reads and finds empty."""
    for teller in told_by:
        path = teller.reads(NAMES[key])
        yield _read(teller, NAMES[key], path) if path else _unread(teller, NAMES[key])


def _read(teller: Teller, name: str, path: str) -> Remedy:
    if name == "external_id":
        text = _("%(adapter)s reads “%(path)s”: only who has an account has one, the others lack nothing.")
        return Remedy(kind=Kind.NOTHING, text=text % {"adapter": teller.name, "path": path})
    text = _("%(adapter)s reads “%(path)s”, which is empty on the others: ask for it where people order.")
    return Remedy(kind=Kind.FORM, text=text % {"adapter": teller.name, "path": path})


def _unread(teller: Teller, name: str) -> Remedy:
    told = {"adapter": teller.name, "model": teller.model_name, "name": name}
    found = teller.unused(name)
    if not found and name in NOT_ASKED_FOR_ADS:
        text = _(
            "Your %(model)s has no field for it that we know by its name, and nobody should be asked for it for ads."
        )
        return Remedy(kind=Kind.NOTHING, text=text % told)
    if not found:
        text = _(
            "Your %(model)s has no field for it that we know by its name: ask for it where people order, then name it."
        )
        return Remedy(kind=Kind.FORM, text=text % told, code=f'{name} = "..."')
    if teller.is_readable:
        text = _("Your %(model)s has “%(path)s”, which %(adapter)s does not use.")
    else:
        text = _("Your %(model)s has “%(path)s”: does the user_data() of %(adapter)s use it?")
    return Remedy(kind=Kind.FIELD, text=text % {**told, "path": found[0]}, code=f'{name} = "{found[0]}"')


def of_pages(key: str, event_name: str) -> Iterator[Remedy]:
    """On a page only who is logged in is known."""
    name = NAMES[key]
    if event_name in OF_WHAT_IS_SAVED and name not in NOT_ASKED_FOR_ADS:
        text = _("Only its page tells of it. If something is saved, as an enquiry is, let an adapter tell of that.")
        yield Remedy(kind=Kind.FIELD, text=text, code=f'@register(Enquiry, event="{event_name}")')
    elif conf.VISITOR:
        text = _("On pages only who is logged in is known, by your VISITOR: does it tell “%(name)s”?")
        yield Remedy(kind=Kind.SETTING, text=text % {"name": name})
    elif name in OF_EVERY_USER:
        text = _("On pages only who is logged in is known: the others can't have it.")
        yield Remedy(kind=Kind.NOTHING, text=text)
    elif found := _of_users(name):
        text = _(
            "On pages only who is logged in is known. Your %(model)s has “%(path)s”, which a VISITOR of yours can tell."
        )
        told = {"model": get_user_model().__name__, "path": found}
        yield Remedy(kind=Kind.FIELD, text=text % told, code=f'{{"{name}": request.user.{found}}}')
    else:
        text = _(
            "On pages only who is logged in is known, and your accounts have no such field that we know by its name."
        )
        yield Remedy(kind=Kind.NOTHING, text=text)


@cache
def _of_users(name: str) -> str:
    return next(iter(candidates(get_user_model(), name)), "")


def of_values(key: str, reasons: Collection[str]) -> Iterator[Remedy]:
    """It was given and could not be used."""
    if "a placeholder" in reasons:
        text = _("Placeholders were given (“none”, 0000): let the field be empty rather than be filled with anything.")
        yield Remedy(kind=Kind.VALUE, text=text)
    if "no country code" in reasons:
        text = _("Phones without a country code: name the shop's country, or let the adapter read the order's.")
        yield Remedy(kind=Kind.SETTING, text=text, code='"DEFAULT_COUNTRY": "DE"')
    if any("ambiguous" in reason for reason in reasons) and not conf.DATE_ORDER:
        text = _("Birthdays are written day or month first: say which it is.")
        yield Remedy(kind=Kind.SETTING, text=text, code='"DATE_ORDER": "DMY"')
    if rest := [reason for reason in reasons if reason not in {"a placeholder", "no country code"}]:
        text = _("Given, but unusable (%(reasons)s): check it in the form, or read another field.")
        yield Remedy(kind=Kind.VALUE, text=text % {"reasons": ", ".join(rest)})
