"""The sandbox's switches, turned over HTTP. Only a sandbox on this machine is ever asked."""

import requests
from django.conf import settings

from capi_tracking.conf import conf, is_loopback

TIMEOUT_SECONDS = 2


class Silent(Exception):
    """The sandbox does not answer, or not as it should; the text says what to tell staff."""


def has_sandbox() -> bool:
    """Is it a sandbox of ours that plays Meta?"""
    return bool(getattr(settings, "USES_SANDBOX", True)) and is_loopback(conf.GRAPH_URL)


def states() -> dict[str, bool]:
    """Every switch and whether it is on. Raises :class:`Silent`."""
    return ask("GET", "/sandbox/events.json")


def turn(name: str, on: bool) -> None:
    """Turn one switch. Raises :class:`Silent`."""
    ask("POST", "/sandbox/switch", json={"name": name, "on": on})


def ask(method: str, path: str, **given: object) -> dict[str, bool]:
    url = f"{conf.GRAPH_URL}{path}"
    try:
        with requests.Session() as session:
            session.trust_env = False  # it is on this machine: no proxy
            answer = session.request(method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **given)
        answer.raise_for_status()
        return dict(answer.json()["switches"])  # what is no JSON raises a ValueError that is a RequestException too
    except (ValueError, KeyError, TypeError) as error:
        raise Silent(f"What answers at {conf.GRAPH_URL} is not the sandbox.") from error
    except requests.RequestException as error:
        raise Silent(f"The sandbox at {conf.GRAPH_URL} does not answer ({type(error).__name__}).") from error
