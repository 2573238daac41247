"""What the pixel and ``capi.js`` need of a Content-Security-Policy, for Django's own (6.0 and later) and for django-csp.

In ``settings.py``::

    from capi_tracking import csp

    SECURE_CSP = csp.extended({"default-src": [CSP.SELF], "script-src": [CSP.NONCE, CSP.STRICT_DYNAMIC]})
    CONTENT_SECURITY_POLICY = csp.extended({"DIRECTIVES": {"default-src": [SELF]}})

A nonce is put on ``capi.js`` by ``pixel_head``, and handed on to the pixel's script by ``capi.js``.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings

from .conf import Settings, conf, is_loopback

META = "https://www.facebook.com"
SELF, NONE, STRICT_DYNAMIC = "'self'", "'none'", "'strict-dynamic'"
OF_DJANGO_CSP = "DIRECTIVES"

# What speaks where a directive says nothing. Without any of them nothing is blocked.
_INSTEAD = {
    "script-src": ("default-src",),
    "script-src-elem": (),
    "img-src": ("default-src",),
    "connect-src": ("default-src",),
    "frame-src": ("child-src", "default-src"),
    "form-action": (),
}


def directives(settings: Mapping[str, Any] | None = None) -> dict[str, list[str]]:
    """The sources that each directive must allow. Long events leave as a form that is posted into a frame.

    ``settings``: your ``CAPI_TRACKING``, for a call from ``settings.py`` that is to know its ``PIXEL_SCRIPT_URL``,
    ``BROWSER`` and ``SHADOW``; else they are read, or have their defaults while Django's settings are being made.
    """
    script = _script(settings)
    own = _origin(_static())
    if not script:
        return {"script-src": [own], "connect-src": [SELF]}
    pixel = _origin(script)
    told = _told(script, pixel)
    return {
        "script-src": list(dict.fromkeys([own, pixel])),
        "img-src": told,
        "connect-src": list(dict.fromkeys([SELF, *told])),
        "frame-src": told,
        "form-action": told,
    }


def extended(policy: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A copy of the policy that lets the pixel work, and allows nothing else.

    It is Django's ``SECURE_CSP``, or django-csp's ``CONTENT_SECURITY_POLICY``, whole or its ``DIRECTIVES`` alone.
    """
    if OF_DJANGO_CSP in policy:
        return {**policy, OF_DJANGO_CSP: extended(_of_django_csp(policy), settings)}
    found = dict(policy)
    for directive, sources in missing(policy, settings).items():
        kept = [source for source in _governing(policy, directive) or () if source != NONE]
        found[directive] = [*kept, *sources]
    return found


def missing(policy: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> dict[str, list[str]]:
    """The sources that the policy does not allow, by directive; empty if the pixel can work."""
    if OF_DJANGO_CSP in policy:
        return missing(_of_django_csp(policy), settings)
    wanted = directives(settings)
    wanted["script-src-elem"] = wanted["script-src"]
    found = {name: _blocked(policy, name, sources) for name, sources in wanted.items()}
    return {name: sources for name, sources in found.items() if sources}


def _of_django_csp(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Where its DIRECTIVES name no default-src, django-csp does."""
    return {"default-src": [SELF], **(policy[OF_DJANGO_CSP] or {})}


def _blocked(policy: Mapping[str, Any], directive: str, sources: Iterable[str]) -> list[str]:
    allowed = _governing(policy, directive)
    if allowed is None:
        return []
    if directive.startswith("script-src"):
        if STRICT_DYNAMIC in allowed:  # then no host counts, and a script with the nonce may load others
            return []
        sources = [source for source in sources if source != _origin(_static()) or not _has_nonce(allowed)]
    return [source for source in sources if not any(_allows(each, source) for each in allowed)]


def _governing(policy: Mapping[str, Any], directive: str) -> list[Any] | None:
    """The sources that count for the directive; None if nothing does."""
    for name in (directive, *_INSTEAD[directive]):
        value = policy.get(name)
        if value is not None:
            return value.split() if isinstance(value, str) else list(value)
    return None


def _allows(source: Any, wanted: str) -> bool:
    text = str(source)
    if text in {wanted, "*"}:
        return True
    if wanted == SELF:
        return text == "https:"
    scheme, _, host = wanted.partition("://")
    is_wider = text.removeprefix(f"{scheme}://").startswith("*.") and host.endswith(text.rpartition("*")[2])
    return text in {f"{scheme}:", host} or is_wider


def _has_nonce(sources: Iterable[Any]) -> bool:
    """A nonce itself, or Django's or django-csp's word for the one to come."""
    return any("nonce" in str(source).lower() for source in sources)


def _told(script: str, pixel: str) -> list[str]:
    """Where the pixel's script tells: Meta, or what stands in for it on this machine."""
    if is_loopback(script):
        return [pixel]
    return [META] if urlsplit(script).netloc == "connect.facebook.net" else [META, pixel]


def _script(settings: Mapping[str, Any] | None) -> str:
    silent = _read("SHADOW", settings) or _read("BROWSER", settings) == "relay_only"
    return "" if silent else str(_read("PIXEL_SCRIPT_URL", settings))


def _read(name: str, settings: Mapping[str, Any] | None) -> Any:
    if settings is None and django_settings.configured:
        return getattr(conf, name)
    return (settings or {}).get(name, vars(Settings)[name])


def _static() -> str:
    return str(django_settings.STATIC_URL or "") if django_settings.configured else ""


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme or 'https'}://{parts.netloc}" if parts.netloc else SELF
