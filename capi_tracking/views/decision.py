"""A visitor's answer, given to the server: kept in the cookie that ``capi.js`` reads, and obeyed at once."""

import ipaddress
from collections.abc import Iterator
from http.cookies import Morsel

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .. import consent as consents
from .. import context
from ..conf import conf
from ..consent import Consent, ConsentState, limited
from ..privacy import Person, withdraw_visitor
from ..shield import shielded
from ..visitors import people

OF_META = ("_fbp", "_fbc", "capi_next")  # what goes with a refusal, as in capi.js
MOST_DOMAINS = 4


def decided(request: HttpRequest) -> Consent:
    """What the visitor answered, Global Privacy Control included."""
    seen = context.of(request)
    return consents.decide(seen.consent_cookie, gpc=seen.gpc, request=request)


def answers(request: HttpRequest) -> list[str]:
    """What may be answered here: to limit it only where Meta offers that."""
    offered = [ConsentState.LIMITED] if limited.options_for(request) else []
    return [ConsentState.GRANTED, *offered, ConsentState.DENIED]


def person_of(request: HttpRequest) -> Person:
    """This browser, and whoever is logged in, by the shop's own id: an e-mail address may be typed by anybody."""
    return Person.of(fbp=context.of(request).fbp, external_id=people.plain(request).get("external_id"))


def refuse(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keep a no, and forget: what waits is not sent. A database that fails does not lose the answer."""
    with shielded(conf.OUTBOX_DATABASES[0]):
        withdraw_visitor(request)
    consents.write(request, response, ConsentState.DENIED)
    for name in OF_META:
        if name in request.COOKIES:
            _drop(request, response, name)


def _drop(request: HttpRequest, response: HttpResponseBase, name: str) -> None:
    """On this host and on each domain above it: which one has the cookie is not told."""
    for domain in ["", *_domains(request)]:
        gone: Morsel[str] = Morsel()
        gone.set(name, "", "")
        gone.update({"path": "/", "max-age": "0", "expires": "Thu, 01 Jan 1970 00:00:00 GMT", "samesite": "Lax"})
        if domain:
            gone["domain"] = domain
        response.cookies[f"{name} {domain}".strip()] = gone  # by that name, since one may have several domains


def _domains(request: HttpRequest) -> Iterator[str]:
    host = request.get_host()
    name = host if host.endswith("]") else host.partition(":")[0]
    if _is_address(name.strip("[]")):
        return
    labels = name.split(".")
    for place in range(len(labels) - 1)[-MOST_DOMAINS:]:
        yield ".".join(labels[place:])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("]")[0])
    except ValueError:
        return False
    return True
