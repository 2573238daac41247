"""Graph's usage headers. The one of an ad account is left out: the path of a pixel's events names none."""

import json

FULL = 100


def usage_headers(pixel: str, percent: int, *, minutes: int | None = None) -> dict[str, str]:
    """How much of the limits is used, in percent. ``minutes``: how long until calls are taken again, as Meta counts it."""
    usage = {"call_count": percent, "total_cputime": percent // 4, "total_time": percent // 4}
    case = usage | {"type": "ads_management", "estimated_time_to_regain_access": minutes or 0}
    return {"X-App-Usage": json.dumps(usage), "X-Business-Use-Case-Usage": json.dumps({pixel: [case]})}


def wait_headers(pixel: str, *, minutes: int | None, retry_after: int | None) -> dict[str, str]:
    """The headers of a throttled answer. ``Retry-After`` is in seconds; Meta does not document that it sends it."""
    headers = {} if minutes is None else usage_headers(pixel, FULL, minutes=minutes)
    return headers if retry_after is None else headers | {"Retry-After": str(retry_after)}
