"""Graph's documented errors by their codes, each with the status and the fields that go with it."""

from collections.abc import Mapping

from .refusals import Refusal
from .usage import wait_headers

TOKEN_CODES = frozenset({102, 190})
PERMISSION_CODES = frozenset({3, 10, *range(200, 300)})
THROTTLING_CODES = frozenset({4, 17, 32, 341, 613, 80000, 80003, 80004, 80014})
PAUSING_CODES = THROTTLING_CODES | {368}
PASSING_CODES = frozenset({1, 2, 21009})
OBJECT_SUBCODES = frozenset({33, 34})

_TEXTS = {
    "token": "Error validating access token",
    "permission": "Permissions error",
    "throttled": "Request limit reached",
    "server": "An unexpected error has occurred",
    "pixel": "Unsupported post request: the object does not exist or permission is missing",
    "parameter": "Invalid parameter",
}


def graph_error(
    code: int,
    subcode: int | None = None,
    *,
    status: int | None = None,
    message: str = "",
    transient: bool | None = None,
    headers: Mapping[str, str] | None = None,
    pixel: str = "",
    minutes: int | None = None,
    retry_after: int | None = None,
    reason: str = "scripted",
) -> Refusal:
    """The refusal that Graph gives with this code, with the HTTP status and the fields that go with it.

    Statuses other than 400 (code 100) and 401 (code 190) are not documented: 403 for permissions and 500 for Graph's own
    faults are what is usual; a caller must go by the codes.
    """
    theme = _theme(code, subcode)
    known = dict(headers or {})
    if code in PAUSING_CODES or minutes is not None or retry_after is not None:
        known = wait_headers(pixel, minutes=minutes, retry_after=retry_after) | known
    return Refusal(
        reason,
        code=code,
        subcode=subcode,
        status=status or _status(code),
        kind="GraphMethodException" if theme == "pixel" else "OAuthException",
        message=message or f"(#{code}) {_TEXTS[theme]}",
        theme=theme,
        transient=code in PASSING_CODES | THROTTLING_CODES if transient is None else transient,
        headers=known,
    )


def _theme(code: int, subcode: int | None) -> str:
    themes = {"token": TOKEN_CODES, "permission": PERMISSION_CODES, "throttled": PAUSING_CODES, "server": PASSING_CODES}
    if (code == 100 and subcode in OBJECT_SUBCODES) or code == 803:
        return "pixel"
    return next((theme for theme, codes in themes.items() if code in codes), "parameter")


def _status(code: int) -> int:
    if code in TOKEN_CODES:
        return 401
    if code in PERMISSION_CODES:
        return 403
    return 500 if code in PASSING_CODES else 400
