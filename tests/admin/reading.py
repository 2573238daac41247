"""What a page of the admin asks and says."""

import re
from datetime import timedelta
from html import unescape

from django.urls import reverse

from capi_tracking.models import OutboxEvent

DAY = timedelta(days=1)


def hidden(page: str) -> dict[str, list[str]]:
    """What the question's form would send."""
    form = page[page.index("capi-ask") :].split("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    return found


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("capi-page") :])).split())


def statuses() -> dict[str, int]:
    found: dict[str, int] = {}
    for status in OutboxEvent.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def address(model, page="changelist", *args):
    return reverse(f"admin:capi_tracking_{model}_{page}", args=args)
