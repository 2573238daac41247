"""``{% load capi_tracking %}``: data islands and attributes for ``capi.js``. Nothing here may break a page.

A tag that has nothing to say renders nothing; with DEBUG it leaves a comment (in a start tag: an attribute) that says
why.
"""

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.base import FilterExpression, Node, Parser, Token, Variable, token_kwargs
from django.template.context import Context
from django.template.exceptions import TemplateSyntaxError
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .. import context as visits
from .. import islands, relay
from ..conf import conf
from ..conf import pixel as pixel_settings
from ..events import CustomData, StandardEvent
from ..exceptions import CapiTrackingError, InvalidEvent
from ..orders import item_data, purchase_island
from ..shield import log_failure

register = template.Library()

# What a form that fails validation would announce wrongly.
CONFIRMED = frozenset(
    {
        StandardEvent.LEAD,
        StandardEvent.COMPLETE_REGISTRATION,
        StandardEvent.SUBSCRIBE,
        StandardEvent.START_TRIAL,
        StandardEvent.SUBMIT_APPLICATION,
    }
)
DATA = frozenset(each.name for each in fields(CustomData)) - {"extra"}

_is_named = re.compile(r"\w+=").match
_is_event_type = re.compile(r"[a-zA-Z][a-zA-Z0-9:._-]{0,49}").fullmatch
_IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def pixel_head(context: Context, pixel: str = "default") -> SafeString:
    """First in the head: what ``capi.js`` must know, and ``capi.js``. The same bytes for every visitor."""
    return _rendered("pixel_head", _comment, lambda: _head(context, pixel))


@register.tag
def pixel_event(parser: Parser, token: Token) -> Node:
    """``{% pixel_event "ViewContent" product %}``, or ``content_ids= value= currency=`` by hand."""
    return EventNode(*_parsed(parser, token))


@register.tag
def pixel_on(parser: Parser, token: Token) -> Node:
    """``<form method="post" {% pixel_on "AddToCart" product %}>``: on submit; on click for all but forms; or ``on=``."""
    return TriggerNode(*_parsed(parser, token))


@register.simple_tag(takes_context=True)
def pixel_purchase(context: Context, order: Any) -> SafeString:
    """The browser's copy of a sale, under the order's own id. The page is sent ``private, no-store``."""
    return _rendered("pixel_purchase", _comment, lambda: _purchase(context, order))


class EventNode(Node):
    """An island that fires when the page is shown."""

    options = frozenset({"pixel"})

    def __init__(
        self, tag: str, name: FilterExpression, thing: FilterExpression | None, given: dict[str, FilterExpression]
    ) -> None:
        self.tag, self.name, self.thing, self.given = tag, name, thing, given
        for unknown in given.keys() - self.options - DATA:
            if close := get_close_matches(unknown, DATA | self.options, n=1, cutoff=0.8):
                raise TemplateSyntaxError(f"{{% {tag} %}} does not know {unknown}=. Did you mean {close[0]}=?")
        if not isinstance(name.var, Variable) and not name.filters:
            self.check(name.var)

    def check(self, name: object) -> None:
        """A name that stands in the template is an error of the template."""
        try:
            islands.check_name(name)
        except InvalidEvent as error:
            raise TemplateSyntaxError(f"{{% {self.tag} %}} {error}") from None

    def render(self, context: Context) -> SafeString:
        return _rendered(self.tag, _comment, lambda: _script("event", self.island(context)))

    def island(self, context: Context) -> dict[str, Any]:
        if not conf.ENABLED:
            raise _Nothing("ENABLED is False")
        given = {name: value.resolve(context) for name, value in self.given.items()}
        options = {name: given.pop(name, None) for name in self.options}
        return islands.island(
            str(self.name.resolve(context)), self._data(context, given), pixel=str(options["pixel"] or "default")
        )

    def _data(self, context: Context, given: dict[str, Any]) -> CustomData:
        """The object's data; what is given by hand goes before it, and may be a parameter of the shop's own."""
        if isinstance(given.get("content_ids"), str):
            given["content_ids"] = [given["content_ids"]]
        found = self._found(context)
        standard = {name: value for name, value in given.items() if name in DATA}
        own = {name: value for name, value in given.items() if name not in DATA}
        return replace(found, **standard, extra={**found.extra, **own}) if given else found

    def _found(self, context: Context) -> CustomData:
        if self.thing is None:
            return CustomData()
        thing = self.thing.resolve(context)
        if thing in (None, ""):
            raise _Nothing(f"{self.thing} is empty here")
        return item_data(thing)


class TriggerNode(EventNode):
    """Attributes of an element: each time that something happens to it, an event fires."""

    options = frozenset({"pixel", "on", "unconfirmed"})

    def check(self, name: object) -> None:
        super().check(name)
        trigger = self.given.get("on")
        if self._is_premature(name, "" if trigger is None else trigger.var):
            raise TemplateSyntaxError(f"{{% {self.tag} %}} {_premature(name)}")

    def _is_premature(self, name: object, trigger: object) -> bool:
        is_vouched_for = str(self.given.get("unconfirmed")) == "True"
        return name in CONFIRMED and trigger in ("", "submit") and not is_vouched_for

    def render(self, context: Context) -> SafeString:
        return _rendered(self.tag, _attribute, lambda: self._attributes(context))

    def _attributes(self, context: Context) -> SafeString:
        trigger = str(self.given["on"].resolve(context)) if "on" in self.given else ""
        if trigger and not _is_event_type(trigger):
            raise _Nothing(f"on={trigger!r} is no DOM event")
        island = self.island(context)
        if self._is_premature(island["name"], trigger):
            raise _Nothing(_premature(island["name"]))
        event = json.dumps(island, ensure_ascii=False)
        if trigger:
            return format_html('data-capi-on="{}" data-capi-trigger="{}"', event, trigger)
        return format_html('data-capi-on="{}"', event)


def _premature(name: object) -> str:
    return f"a form that fails validation is no {name}: track it where it succeeds, or say unconfirmed=True"


class _Nothing(Exception):
    """There is nothing to render, and this is why."""


def _parsed(parser: Parser, token: Token) -> tuple[str, FilterExpression, FilterExpression | None, dict[str, Any]]:
    tag, *bits = token.split_contents()
    positional = []
    while bits and not _is_named(bits[0]):
        positional.append(parser.compile_filter(bits.pop(0)))
    named = token_kwargs(bits, parser)
    if bits or not 1 <= len(positional) <= 2:
        raise TemplateSyntaxError(
            f'{{% {tag} "EventName" object name=value ... %}} takes a name, and one object at most'
        )
    return tag, positional[0], positional[1] if len(positional) > 1 else None, named


def _rendered(tag: str, explain: Callable[[str], SafeString], make: Callable[[], SafeString]) -> SafeString:
    """What ``make`` gives; else nothing, or with DEBUG the reason."""
    try:
        return make()
    except _Nothing as reason:
        why = str(reason)
    except CapiTrackingError as error:
        log_failure(error)
        why = str(error)
    except Exception as error:  # noqa: BLE001 - an adapter is the shop's code and may raise anything; the page goes on
        log_failure(error)
        why = f"{type(error).__name__}, see the log"
    return explain(f"{{% {tag} %}} rendered nothing: {why}") if settings.DEBUG else mark_safe("")


def _comment(why: str) -> SafeString:
    return format_html("<!-- capi_tracking: {} -->", why)


def _attribute(why: str) -> SafeString:
    return format_html('data-capi-nothing="{}"', why)


def _script(kind: str, data: dict[str, Any]) -> SafeString:
    """JSON in a script element that no text in it can close."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_IN_SCRIPT)
    return format_html('<script type="application/json" data-capi-{}>{}</script>', kind, mark_safe(text))  # noqa: S308


def _head(context: Context, pixel: str) -> SafeString:
    if not conf.ENABLED:
        raise _Nothing("ENABLED is False")
    if not pixel_settings(pixel).pixel_id:
        raise _Nothing(f"the pixel {pixel!r} has no PIXEL_ID")
    nonce = _nonce(context)
    return format_html(
        '{}\n<script src="{}" defer{}></script>',
        _script("config", _config(pixel)),
        static("capi_tracking/capi.js"),
        "" if nonce is None else format_html(' nonce="{}"', nonce),
    )


def _config(page_pixel: str) -> dict[str, Any]:
    """The contract with ``capi.js``: nothing in it belongs to a visitor."""
    pixels = {alias: pixel_settings(alias).pixel_id for alias in conf.PIXELS}
    return {
        "pixels": {alias: pixel_id for alias, pixel_id in pixels.items() if pixel_id},
        "page": page_pixel,
        "script": "" if conf.SHADOW else conf.PIXEL_SCRIPT_URL,
        "collect": reverse("capi_tracking:collect"),
        "policy": conf.CONSENT_POLICY,
        "parameters": conf.URL_PARAMETERS,
        "bots": relay.BOTS,
    }


def _nonce(context: Context) -> object:
    """Django's nonce, else django-csp's. Both are lazy, and false until they are read."""
    nonce = context.get("csp_nonce")
    return nonce if nonce is not None else getattr(_request(context), "csp_nonce", None)


def _purchase(context: Context, order: Any) -> SafeString:
    request = _request(context)
    if request is None:
        raise _Nothing("without a request nothing keeps the page out of caches: add TrackingMiddleware")
    visits.keep_private(request)
    if order in (None, ""):
        raise _Nothing("the order is empty here")
    sale = purchase_island(order)
    if sale is None:
        raise _Nothing("it was not paid in the last 24 hours, is withheld, or a browser has had it already")
    described = {"pixel": sale.pixel, "name": sale.name, "id": sale.event_id, "data": sale.data, "keys": sale.keys}
    return _script("purchase", described)


def _request(context: Context) -> HttpRequest | None:
    return context.get("request") or visits.current_request()
