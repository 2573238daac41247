"""The running demo for whoever looks at it in Chromium: what its sandbox got, and what a page complained of."""

import json
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

from tests.demo import running

GRANTED, DENIED = (f"{state}.1.{int(time.time())}" for state in ("granted", "denied"))
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP", event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber));"""
GAVE_UP = "net::ERR_ABORTED"  # the visitor went on before it was here


class Demo(running.Demo):
    """``manage.py demo`` in a folder and on ports of its own."""

    def __enter__(self) -> "Demo":
        super().__enter__()
        try:
            self.wait_for(running.RUNNING)
        except BaseException:
            self.__exit__()
            raise
        return self

    def received(self) -> dict[str, Any]:
        """All that the stand-in for Meta knows."""
        with urllib.request.urlopen(f"{self.sandbox}/sandbox/events.json", timeout=10) as answer:
            return json.load(answer)


class Tab:
    """A page that remembers what went wrong on it. ``wanted``: answers of 400 and more that are no fault."""

    def __init__(self, context: Any, wanted: tuple[int, ...] = ()) -> None:
        self.wanted = wanted
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page = context.new_page()
        self.page.add_init_script(TELL_VIOLATIONS)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)

    def _said(self, message: Any) -> None:
        is_wanted = any(f"with a status of {status} " in message.text for status in self.wanted)
        if message.type == "error" and not is_wanted:
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and response.status not in self.wanted:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")

    def _failed(self, request: Any) -> None:
        if request.failure != GAVE_UP:
            self.complaints.append(f"{request.failure} {request.method} {request.url}")


def fill(page: Any, answers: Mapping[str, str]) -> None:
    """Type and choose, field by field."""
    for name, value in answers.items():
        field = page.locator(f'main [name="{name}"]').first
        kind = field.evaluate("field => field.type")
        if kind == "radio":
            page.check(f'main [name="{name}"][value="{value}"]')
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)


def sign_in(context: Any, name: str) -> None:
    """Into the admin, by the password that everybody knows."""
    page = context.new_page()
    page.goto("/admin/")
    for field in ("username", "password"):
        page.fill(f'[name="{field}"]', name)
    page.press('[name="password"]', "Enter")
    page.wait_for_url("**/admin/")
    page.close()
