"""Which campaign an address names: three of the parameters that advertisers put there themselves."""

from urllib.parse import parse_qs, urlsplit

PARAMETERS = ("utm_source", "utm_campaign", "utm_content")
BETWEEN = "\t"
LONGEST = 64  # of each


def campaign(url: str) -> str:
    """Source, campaign and content, tabs between them; "" where the address names none of them."""
    if "utm_" not in url:  # most addresses, and this is on an order's way
        return ""
    try:
        given = parse_qs(urlsplit(url).query, max_num_fields=200)
    except ValueError:
        return ""
    parts = [_tidy(given.get(name, [""])[0]) for name in PARAMETERS]
    return BETWEEN.join(parts) if any(parts) else ""


def _tidy(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).strip()[:LONGEST]
