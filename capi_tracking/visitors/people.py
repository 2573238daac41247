"""Who is logged in, for matching: plain customer data on its way to ``UserData.of``, and the hashes that pages get."""

from typing import Any

from django.http import HttpRequest
from django.utils.module_loading import import_string

from .. import minimisation
from ..conf import conf, pixel
from ..events import UserData
from ..events.user_data import HASHED, PlainUserData
from ..logs import Plain, log_failure

OF_THE_REQUEST = frozenset({"client_ip_address", "client_user_agent", "fbc", "fbp"})
KNOWN = frozenset(PlainUserData.__annotations__) - OF_THE_REQUEST


def plain(request: HttpRequest) -> dict[str, Any]:
    """What ``VISITOR`` (or the user's own fields) says of the person who is logged in; empty for nobody.

    Never logged or kept: it goes into ``UserData.of()``. A callable of the shop's that fails tells nothing.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    try:
        said = Plain(import_string(conf.VISITOR)(request) if conf.VISITOR else _of_user(user))
    except Exception as error:  # noqa: BLE001 - the shop's own code may raise anything
        log_failure(error)
        return {}
    return Plain((name, said[name]) for name in KNOWN & said.keys())


def of_account(user: Any) -> dict[str, list[Any]]:
    """What the user's own fields say, and what ``VISITOR`` would of a request of theirs."""
    request = HttpRequest()
    request.user = user
    told = [_of_user(user), plain(request)]
    return {name: [said[name] for said in told if said.get(name)] for name in KNOWN}


def is_minor(request: HttpRequest) -> bool:
    """Whether who is logged in is known to be a child."""
    return minimisation.is_minor(UserData.of(**plain(request)))


def hashes(request: HttpRequest) -> dict[str, str]:
    """The same as the server sends it, the first value of each key, as the pixel takes only texts.

    One answer serves all pixels of a page, so it holds what each of them may have; nothing of a child.
    """
    person = UserData.of(**plain(request))
    if minimisation.is_minor(person):
        return {}
    for alias in conf.PIXELS:
        person = minimisation.minimised_keys(person, pixel(alias))
    payload = person.as_payload()
    return {key: payload[key][0] for key in HASHED if key in payload}


def _of_user(user: Any) -> dict[str, Any]:
    names = {"email": "email", "first_name": "first_name", "last_name": "last_name"}
    found = {name: getattr(user, attribute, "") or "" for name, attribute in names.items()}
    return found | {"external_id": str(user.pk)}
