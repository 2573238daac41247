"""A visitor's answer to the consent question."""

from http.cookies import SimpleCookie
from typing import Protocol

from .. import consent
from ..consent import ConsentState


class HasCookies(Protocol):
    """Django's ``Client``, ``AsyncClient`` and ``RequestFactory``."""

    cookies: SimpleCookie


def grant_consent(client: HasCookies) -> None:
    """Who uses this client has agreed, just now."""
    set_consent(client, ConsentState.GRANTED)


def deny_consent(client: HasCookies) -> None:
    """Who uses this client has refused, just now."""
    set_consent(client, ConsentState.DENIED)


def set_consent(client: HasCookies, state: str) -> None:
    """``state`` is granted, limited, denied or unknown. Raises ValueError for any other."""
    client.cookies[consent.COOKIE] = consent.cookie_of(state)
