"""The rules for an event's customer data: hashed where it must be, and not so broad that it fits anybody."""

import ipaddress
import re
from collections.abc import Callable

from .refusals import BAD_CLICK_ID, BAD_LEAD_ID, NOT_HASHED, TOO_BROAD, parameter, refused
from .shapes import as_list, is_blank, is_integer, is_object, is_text

HASHED_LISTS = frozenset({"em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country"})
HASHED_SINGLE = frozenset({"dobd", "dobm", "doby", "fi", "f5first", "f5last"})
HASHED = HASHED_LISTS | HASHED_SINGLE
CLICK_IDS = frozenset({"fbc", "fbp"})
PLAIN_TEXT = frozenset(
    {"client_user_agent", "subscription_id", "madid", "anon_id", "page_id", "page_scoped_user_id", "ctwa_clid"}
    | {"ig_account_id", "ig_sid", "partner_id", "partner_name", "whatsapp_business_account_id"}
)
# An event whose keys all lie within one of these sets fits too many people.
TOO_BROAD_SETS = (
    frozenset({"ct", "country", "st", "zp", "ge", "client_user_agent"}),
    frozenset({"db", "client_user_agent"}),
    frozenset({"fn", "ge"}),
    frozenset({"ln", "ge"}),
)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HASH = re.compile(r"[0-9A-Fa-f]{64}|[0-9A-Fa-f]{32}")
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)
_LEAD_ID = re.compile(r"\d{15,16}", re.ASCII)
# Version, subdomain index, milliseconds, payload; a fifth segment is the mark of Meta's own libraries.
_CLICK_ID = re.compile(r"fb\.\d{1,2}\.\d{13}\.[^.\s]+(\.([A-Za-z0-9_-]{8}|AQ|Ag|Aw|BA|BQ|Bg))?", re.ASCII)


def check_user_data(event: dict[str, object]) -> None:
    """Raise a Refusal unless ``user_data`` is there, hashed, well-formed and narrow enough."""
    sent = event.get("user_data")
    if is_blank(sent):
        raise refused(TOO_BROAD, "customer", "user_data", "there is none")
    if not is_object(sent):
        raise parameter("user_data", "is not an object")
    present = present_keys(event)
    for key, value in present.items():
        if rule := _RULES.get(key):
            rule(key, value)
    if any(present.keys() <= broad for broad in TOO_BROAD_SETS):
        raise refused(TOO_BROAD, "customer", "user_data", "fits too many people")


def present_keys(event: dict[str, object]) -> dict[str, object]:
    """The customer's keys, without those that are blank."""
    sent = event.get("user_data")
    return {key: value for key, value in sent.items() if not is_blank(value)} if is_object(sent) else {}


def check_known_keys(event: dict[str, object]) -> None:
    """Whether Meta refuses a key that it does not document is not known; it can't match by it."""
    for key in present_keys(event):
        if key not in _RULES:
            raise parameter(f"user_data[{key[:40]}]", "is not a key of user_data")


def check_hash_spelling(event: dict[str, object]) -> None:
    """Meta asks for SHA-256 in lower-case hex; whether it reads capitals and MD5 too is not known."""
    for key, value in present_keys(event).items():
        if key in HASHED and not all(isinstance(one, str) and _SHA256.fullmatch(one) for one in as_list(value)):
            raise refused(NOT_HASHED, "hashing", key, "is not the lower-case hex of a SHA-256")


def check_click_ids(event: dict[str, object]) -> None:
    """The format is documented, what becomes of another one is not."""
    for key, value in present_keys(event).items():
        if key in CLICK_IDS and not (isinstance(value, str) and _CLICK_ID.fullmatch(value)):
            raise refused(BAD_CLICK_ID, "parameter", key, "is not fb.<index>.<milliseconds>.<id>")


def _check_hashes(key: str, value: object) -> None:
    if key in HASHED_SINGLE and isinstance(value, list):
        raise parameter(f"user_data[{key}]", "takes one value, not a list")
    if not all(isinstance(one, str) and _HASH.fullmatch(one) for one in as_list(value)):
        raise refused(NOT_HASHED, "hashing", key, "is not the hex of a hash")


def _check_text(key: str, value: object) -> None:
    if not is_text(value):
        raise parameter(f"user_data[{key}]", "is not a text")


def _check_external_id(key: str, value: object) -> None:
    if not all(is_text(one) for one in as_list(value)):
        raise parameter(f"user_data[{key}]", "is neither a text nor a list of texts")


def _check_address(key: str, value: object) -> None:
    try:
        # "%" begins the name of a network card, which no visitor's address has
        ipaddress.ip_address(value if isinstance(value, str) and "%" not in value else "")
    except ValueError:
        raise parameter(f"user_data[{key}]", "is no IPv4 or IPv6 address") from None


def _check_lead_id(key: str, value: object) -> None:
    if not _LEAD_ID.fullmatch(_digits(value)):
        raise refused(BAD_LEAD_ID, "parameter", key, "is not a number of 15 or 16 digits")


def _check_login_id(key: str, value: object) -> None:
    if not _NUMBER.fullmatch(_digits(value)):
        raise parameter(f"user_data[{key}]", "is not an integer")


def _digits(value: object) -> str:
    return str(value)[:30] if is_integer(value) or isinstance(value, str) else ""


_RULES: dict[str, Callable[[str, object], None]] = {
    **dict.fromkeys(HASHED, _check_hashes),
    **dict.fromkeys(PLAIN_TEXT | CLICK_IDS, _check_text),
    "external_id": _check_external_id,
    "client_ip_address": _check_address,
    "lead_id": _check_lead_id,
    "fb_login_id": _check_login_id,
}
