"""Meta's short names of customer data, for people."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

_LABELS = {
    "em": _("e-mail"),
    "ph": _("phone"),
    "fbc": _("click id"),
    "fbp": _("browser id"),
    "client_ip_address": _("IP address"),
    "client_user_agent": _("user agent"),
    "external_id": _("customer number"),
    "db": _("date of birth"),
    "fn": _("first name"),
    "ln": _("last name"),
    "country": _("country"),
    "ct": _("city"),
    "zp": _("postal code"),
    "st": _("state"),
    "ge": _("gender"),
}


@dataclass(frozen=True, slots=True)
class MatchKey:
    name: str

    @property
    def label(self) -> str:
        return str(_LABELS.get(self.name, self.name))


def match_keys_of(names: Iterable[str]) -> tuple[MatchKey, ...]:
    return tuple(MatchKey(name) for name in names)
