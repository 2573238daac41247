"""What the visitor of the page wants to see: the address's query, read and written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

SHOWN = ("all", "pairs", "browser", "server", "refused")
MAX_NAME = 200
MAX_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which events (``show`` and event name), and which page of them."""

    show: str = "all"
    event: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Choice":
        """What makes no sense is left out."""
        show, page = query.get("show", ""), query.get("page", "")[:6]
        return cls(
            show=show if show in SHOWN else "all",
            event=query.get("event", "")[:MAX_NAME],
            page=min(max(int(page), 1), MAX_PAGE) if page.isdecimal() else 1,
        )

    def address(self, **changes: str | int) -> str:
        """The link to this choice with some of it changed; a changed filter starts at the first page."""
        return f"{replace(self, **({'page': 1} | changes)).here}#list"  # type: ignore[arg-type]

    @property
    def here(self) -> str:
        """The address of this very choice. Without a fragment, so that a browser loads it anew."""
        query = {"show": self.show, "event": self.event, "page": self.page}
        defaults = {"show": "all", "event": "", "page": 1}
        kept = {name: value for name, value in query.items() if value != defaults[name]}
        return f"/?{urlencode(kept)}" if kept else "/"
