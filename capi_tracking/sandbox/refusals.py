"""What the sandbox says no with: Graph's error body, in a language that nobody can count on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .texts import user_text

TOO_OLD = 2804003
NO_VALUE = 2804009
NO_CURRENCY = 2804010
NOT_HASHED = 2804016
BAD_LEAD_ID = 2804036
BAD_EXTINFO = 2804043
TOO_BROAD = 2804050
NO_CHANNEL = 2804063
BAD_MESSAGING_EVENT = 2804066
NO_PAGE_ID = 2804116
BAD_CLICK_ID = 2804001  # a permanent refusal whose meaning is not published; used here for malformed fbc and fbp


@dataclass(eq=False)
class Refusal(Exception):
    """One refused request. ``reason`` is for the developer: it names field and event, never a value or a token."""

    reason: str
    code: int = 100
    subcode: int | None = None
    status: int = 400
    kind: str = "OAuthException"
    message: str = "Invalid parameter"
    theme: str = "parameter"
    key: str = ""
    transient: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason

    def in_event(self, index: int) -> "Refusal":
        """The same refusal, whose reason says which event of the batch it was."""
        return replace(self, reason=f"data[{index}]: {self.reason}")

    def body(self, language: str, trace: str) -> dict[str, object]:
        """Graph's JSON. It does not say which event of the batch was bad, as Meta often does not."""
        title, text = user_text(self.theme, language, self.key)
        error = {"message": self.message, "type": self.kind, "code": self.code, "is_transient": self.transient}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code == 100 and self.key:
            error["error_data"] = {"blame_field_specs": [[self.key]]}
        return {"error": error | {"error_user_title": title, "error_user_msg": text, "fbtrace_id": trace}}


def parameter(key: str, problem: str) -> Refusal:
    """A parameter that is missing, of the wrong type or outside its list: code 100 without a subcode."""
    return Refusal(f"{key}: {problem}", key=key)


def refused(subcode: int, theme: str, key: str, problem: str) -> Refusal:
    """An event that Meta will never take: code 100 with one of the 28040xx subcodes."""
    return Refusal(f"{key}: {problem}", subcode=subcode, theme=theme, key=key)


def denied(reason: str, subcode: int | None = None) -> Refusal:
    """The token is missing, wrong or withdrawn."""
    return Refusal(
        reason,
        code=190,
        subcode=subcode,
        status=401,
        message="Error validating access token",
        theme="token",
        headers={"WWW-Authenticate": 'OAuth "Sandbox" "invalid_token"'},
    )


def bad_proof(reason: str) -> Refusal:
    """The ``appsecret_proof`` does not belong to the token."""
    message = "Invalid appsecret_proof provided in the API argument"
    return Refusal(reason, kind="GraphMethodException", message=message, theme="token", key="appsecret_proof")


def unknown_pixel(reason: str = "unknown pixel", *, verb: str = "post") -> Refusal:
    """The object does not exist for this token: Graph says the same for both."""
    message = f"Unsupported {verb} request: the object does not exist or permission is missing"
    return Refusal(reason, subcode=33, kind="GraphMethodException", message=message, theme="pixel")


def unknown_path(reason: str) -> Refusal:
    """A version or an edge that Graph does not have."""
    return Refusal(reason, code=2500, message="Unknown path components")
