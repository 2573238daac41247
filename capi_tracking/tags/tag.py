"""What all tags have in common."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString

from .. import context as visits
from .. import islands, minimisation
from ..conf import conf
from ..exceptions import CapiTrackingError, InvalidEvent
from ..logs import log_failure
from . import markup

Arguments = tuple[Sequence[Any], Mapping[str, Any]]


class Page(Protocol):
    """What a template knows by name: Django's context as well as Jinja2's."""

    def get(self, key: str, /) -> Any: ...


class Unknown:
    """Stands, while a template compiles, for a value that is known when it is rendered."""


UNKNOWN: Final = Unknown()


_PIXELS = object()  # a key that no shop has


class Misused(ValueError):
    """The template is wrong, whatever it will be rendered with."""


class Nothing(Exception):
    """There is nothing to render, and this is why."""


@dataclass(frozen=True, kw_only=True)
class Tag:
    """One tag. ``make(page, *positional, **named)`` gives its HTML, or raises.

    ``least`` and ``most`` count what goes before the names; ``parameters``: it takes an event's data beside its options;
    ``explain`` makes the reason fit where the tag stands; ``kept``: it may end with ``as name``;
    ``everywhere``: on ``SENSITIVE_PAGES`` too.
    """

    name: str
    usage: str
    make: Callable[..., SafeString]
    least: int = 0
    most: int = 0
    options: frozenset[str] = frozenset()
    parameters: bool = False
    kept: bool = True
    everywhere: bool = False
    check: Callable[[Sequence[Any], Mapping[str, Any]], None] = lambda positional, named: None
    explain: Callable[[str], SafeString] = markup.comment

    def compile(self, positional: Sequence[Any], named: Mapping[str, Any], variable: str = "") -> None:
        """Raise :class:`Misused` for what is wrong already: ``UNKNOWN`` stands for what the template does not say."""
        if not self.least <= len(positional) <= self.most:
            raise Misused(f"{self} is written {{% {self.usage} %}}")
        if variable and not self.kept:
            raise Misused(f"{self} belongs where it stands: it takes no as")
        self._check_names(named)
        try:
            self.check(positional, named)
        except InvalidEvent as error:
            raise Misused(f"{self} {error}") from None

    def _check_names(self, names: Mapping[str, Any]) -> None:
        known = self.options | islands.PARAMETERS if self.parameters else self.options
        for name in names.keys() - known:
            close = get_close_matches(name, known, n=1, cutoff=0.8)
            if close or not self.parameters:
                hint = f"Did you mean {close[0]}=?" if close else f"It is written {{% {self.usage} %}}"
                raise Misused(f"{self} does not know {name}=. {hint}")

    def rendered(self, page: Page, read: Callable[[Any], Arguments]) -> SafeString:
        """What to put in the tag's place."""
        html, why = self._attempt(page, read)
        return self.explain(why) if why and settings.DEBUG else html

    def kept_as(self, page: Page, read: Callable[[Any], Arguments]) -> tuple[SafeString, SafeString]:
        """What to keep under the name that the template gives, and what to put in the tag's place."""
        html, why = self._attempt(page, read)
        return html, markup.comment(why) if why and settings.DEBUG else markup.NOTHING

    def _attempt(self, page: Page, read: Callable[[Any], Arguments]) -> tuple[SafeString, str]:
        """The HTML, or else why there is none."""
        try:
            positional, named = read(page)
            if not self.everywhere:
                _check_place(page)
            return self.make(page, *positional, **named), ""
        except Nothing as reason:
            why = str(reason)
        except CapiTrackingError as error:
            log_failure(error)
            why = str(error)
        except Exception as error:  # noqa: BLE001 - an adapter is the shop's code and may raise anything; the page goes on
            log_failure(error)
            why = f"{type(error).__name__}, see the log"
        return markup.NOTHING, f"{self} rendered nothing: {why}"

    def __str__(self) -> str:
        return f"{{% {self.name} %}}"


def _check_place(page: Page) -> None:
    """Neither side fires on a page whose visitors would rather not be seen there."""
    request = request_of(page) if conf.SENSITIVE_PAGES else None
    if request is not None and minimisation.is_sensitive(request.path):
        raise Nothing("SENSITIVE_PAGES has this page's address")


def once(page: Page, key: Hashable, find: Callable[[], Any]) -> Any:
    """What ``find`` gives, found once for all tags of a template: nothing changes while it is rendered.

    Jinja2 has no such place, and finds it each time.
    """
    kept: Any = getattr(page, "render_context", None)
    if kept is None:
        return find()
    found = kept.get(key, kept)
    if found is kept:
        found = kept[key] = find()
    return found


def pixels_of(page: Page, given: object) -> list[str]:
    """The aliases that a tag means."""
    found: list[str] = islands.aliases(given) if given else once(page, _PIXELS, islands.aliases)
    if not found:
        raise Nothing("ENABLED is False")
    return found


def request_of(page: Page) -> HttpRequest | None:
    """The visitor's request: the template's own, else the one that this code runs for."""
    return page.get("request") or getattr(page, "request", None) or visits.current_request()
