"""One page of the running demo, looked at as somebody sees it: in light and dark, on a desk and on a phone."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.urls import Resolver404, resolve

from tests.browser.demo import Tab

PICTURES = os.environ.get("WALK_PICTURES", "")  # a folder for a picture of each look, for people to look at
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (DESK, PHONE)]
OPPOSITES = [("light", DESK), ("dark", PHONE)]  # enough where the same thing is seen on other pages too
BANNER = ".consent"
# Axe would copy the style sheets into the page, which the policy refuses; no rule that counts here needs them.
LOOK = "part => axe.run(part || document, {resultTypes: ['violations'], preload: false})"
GRAVE = ("serious", "critical")
# Django's own pages have faults of their own, such as links in their breadcrumbs that differ by colour alone, and a
# search field without a label. Ours is what stands in the content, but for the list's toolbar.
OUR_CONTENT = {"include": [["#content"]], "exclude": [["#toolbar"]]}
# As django-unfold tells it; nobody else looks at the class.
SCHEME_AS_CLASS = "isDark => document.documentElement.classList.toggle('dark', isDark)"
TRANSITIONS_END = """Promise.allSettled(
  document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finished))"""


class Place(NamedTuple):
    """A page: the name of its address, and the way there. ``wanted``: answers of 400 and more that belong to it."""

    name: str
    route: str
    reach: Callable[[Any], Any]
    role: str = "visitor"
    wanted: tuple[int, ...] = ()
    headings: int = 1


def at(path: str) -> Callable[[Any], Any]:
    return lambda page: page.goto(path)


class Walk:
    """One person's steps, and what is wrong where they lead."""

    def __init__(self, place: Place, context: Any) -> None:
        self.place, self.tab = place, Tab(context, place.wanted)
        self.page = self.tab.page
        self.faults: list[str] = []
        place.reach(self.page)
        self.page.evaluate(AXE_SCRIPT)
        self.check_frame()

    def check_frame(self) -> None:
        """Is it the right page, and does it have what a reader of screens and a search engine look for?"""
        if self.place.role != "sandbox":
            assert route_of(self.page.url) == self.place.route
        headings = self.page.locator("h1:visible").all_inner_texts()
        if len(headings) != self.place.headings:
            self.faults.append(f"headings: {headings}")
        self.faults += [] if self.page.title().strip() else ["no title"]
        self.faults += [] if self.page.locator("html").get_attribute("lang") else ["no language"]

    def look(self, scheme: str, size: dict[str, int], part: Any = None) -> None:
        """See the whole page, or a part of it, in these colours and at this size."""
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.evaluate(SCHEME_AS_CLASS, scheme == "dark")
        self.page.evaluate(TRANSITIONS_END)
        found = self.page.evaluate(LOOK, part)
        here = f"{scheme}, {size['width']}"
        self.faults += [f"{here}: {fault}" for fault in grave(found)]
        if (width := self.page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            self.faults.append(f"{here}: {width} wide")
        self.picture(f"{here} {part if part == BANNER else ''}", is_whole=part != BANNER)

    def picture(self, look: str, *, is_whole: bool) -> None:
        if PICTURES:
            name = re.sub(r"\W+", "-", f"{self.place.role} {self.place.name} {look}").strip("-")
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=is_whole)

    def end(self) -> None:
        self.page.close()
        faults = self.faults + self.tab.complaints
        assert not faults, "\n".join(faults)


def grave(found: dict[str, Any]) -> list[str]:
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:120]}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"][:3]
    ]


def route_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path, urlconf="demo_project.urls").view_name
    except Resolver404:
        return ""
