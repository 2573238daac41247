"""Whether a click cookie is what the ad's address brought: it must reach Meta byte for byte, and while it is young."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

CHANGED = "fbc: another click than in the address"
OLD = "fbc: older than 90 days"
MAX_AGE = timedelta(days=90)  # as long as Meta's own cookie lives
MOST_DAYS = 32_767  # of the column


def click_remarks(fbc: str, url: str, at: datetime) -> tuple[str, ...]:
    """What is odd about a well-formed cookie ("" for none) on that page at that time. It is sent all the same."""
    if not fbc:
        return ()
    changed = "fbclid=" in url and _click(url) not in {"", fbc.split(".")[3]}
    return (*([CHANGED] if changed else []), *([OLD] if _written(fbc) < at - MAX_AGE else []))


def click_days(fbc: str, at: datetime) -> int | None:
    """How many whole days before that time the ad was clicked; None without a click."""
    return min(max((at - _written(fbc)).days, 0), MOST_DAYS) if fbc else None


def _click(url: str) -> str:
    """As it stands in a cookie: of dots, which part a cookie, the pixel's script makes words."""
    try:
        return parse_qs(urlsplit(url).query, max_num_fields=200).get("fbclid", [""])[0].replace(".", "__DOT__")
    except ValueError:
        return ""


def _written(fbc: str) -> datetime:
    return datetime.fromtimestamp(int(fbc.split(".")[2]) / 1000, UTC)
