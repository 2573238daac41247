"""django-cookie-consent's answers, handed on: one of its cookie groups stands for Meta.

In ``settings.py``::

    MIDDLEWARE = [..., "capi_tracking.contrib.cookie_consent.CookieConsentMiddleware"]

The group is called ``marketing``; for another, subclass the middleware and name its ``group``.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from cookie_consent.conf import settings
from cookie_consent.util import get_cookie_dict_from_request, parse_cookie_str
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .. import consent as consents
from .. import context, privacy
from ..conf import conf
from ..consent import ConsentState
from ..shield import shielded

theirs: Any = settings  # the package adds to Django's own what no type knows

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class CookieConsentMiddleware:
    """Where a response carries the package's answer for ``group``, it carries ``capi_consent`` too, and a no takes back what
    waits. Pages learn it at once where the browser tells of cookies, else when they are next looked at.
    """

    sync_capable = True
    async_capable = True
    group = "marketing"

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        if self.is_async:
            return self._answer_later(request)
        response = cast("HttpResponseBase", self.get_response(request))
        self.hand_on(request, response)
        return response

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        if theirs.COOKIE_CONSENT_NAME in response.cookies:
            await sync_to_async(self.hand_on)(request, response)
        return response

    def hand_on(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Write what the visitor has just answered. A database that fails does not lose it."""
        state = self._state(request, response)
        if state is None:
            return
        consents.write(request, response, state)
        if state == ConsentState.DENIED:
            with shielded(conf.OUTBOX_DATABASES[0]):
                privacy.withdraw_visitor(request)

    def _state(self, request: HttpRequest, response: HttpResponseBase) -> ConsentState | None:
        """What the answer says that is new; None for nothing. It repeats the other groups', of any age."""
        morsel = response.cookies.get(theirs.COOKIE_CONSENT_NAME)
        said = parse_cookie_str(morsel.value).get(self.group) if morsel else None
        if said is None:
            return None
        is_new = said != get_cookie_dict_from_request(request).get(self.group)
        if said != theirs.COOKIE_CONSENT_DECLINE:
            return ConsentState.GRANTED if is_new else None
        before = consents.from_cookie(context.cookie(request, consents.COOKIE)).state
        return ConsentState.DENIED if is_new or before not in {ConsentState.DENIED, ConsentState.UNKNOWN} else None
