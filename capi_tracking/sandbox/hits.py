"""Questions about one hit of the ledger, whichever way it came."""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from .ledger import Record
from .shapes import as_list, is_blank, is_number, is_object

Key = tuple[object, ...]

# What shops hash by mistake where they know nothing: it is well-formed and fits nobody.
NOTHINGS = ("", "none", "null", "undefined", "nan", "n/a")
HOLLOW = frozenset(hashlib.sha256(text.encode()).hexdigest() for text in NOTHINGS)

_CUSTOMER = re.compile(r"ud\[(\w{1,40})\]")


def received_at(hit: Record) -> float:
    """When it arrived, in seconds since the epoch."""
    at = hit.get("received_at")
    return float(at) if isinstance(at, (int, float)) else 0.0


def data_of(hit: Record) -> dict[str, object]:
    """What was sent: the event of the server, the parameters of the browser."""
    sent = hit.get("payload" if hit["channel"] == "server" else "params")
    return sent if is_object(sent) else {}


def user_data(hit: Record) -> dict[str, object]:
    """The customer's keys by Meta's names, without those that are blank or a hash of nothing."""
    known = hit.get("customer")
    if is_object(known):
        return known
    found = _sent_user_data(hit)
    return {key: value for key, value in found.items() if not (is_blank(value) or is_hollow(value))}


def read_once(hit: Record) -> Record:
    """The same hit, for whoever asks for its customer's keys many times: a full ledger holds 20,000."""
    return hit | {"customer": user_data(hit)}


def hollow_keys(hit: Record) -> list[str]:
    """Keys whose value is the hash of an empty text, or of a word for nothing."""
    return [key for key, value in _sent_user_data(hit).items() if is_hollow(value)]


def is_hollow(value: object) -> bool:
    """True if each value hashes nothing."""
    return not is_blank(value) and all(isinstance(one, str) and one in HOLLOW for one in as_list(value))


def _sent_user_data(hit: Record) -> Mapping[str, object]:
    sent = data_of(hit)
    if hit["channel"] == "server":
        found = sent.get("user_data")
        return found if is_object(found) else {}
    keys = {match[1]: value for name, value in sent.items() if (match := _CUSTOMER.fullmatch(name))}
    return keys | {name: sent[name] for name in ("fbp", "fbc") if name in sent}


def values_of(hit: Record, key: str) -> frozenset[str]:
    """The values of one customer key as they came: Meta wants both channels to spell them alike."""
    return frozenset(str(one) for one in as_list(user_data(hit).get(key)) if not is_blank(one))


def id_key(hit: Record) -> Key | None:
    """What the copies of one event with one id share; None without an id."""
    return (hit["group"], hit["event_id"]) if hit["event_id"] else None


def is_web(hit: Record) -> bool:
    """The browser's hits are, and the server's that say so."""
    return hit["channel"] == "browser" or data_of(hit).get("action_source") == "website"


def delay_seconds(hit: Record) -> float:
    """From the event's own time to its arrival; 0 for the browser's, which come as they happen."""
    at = data_of(hit).get("event_time")
    return max(0.0, received_at(hit) - float(str(at))) if is_number(at) else 0.0


def page_url(hit: Record) -> str:
    """The page that the event happened on, without query and fragment."""
    try:
        address = urlsplit(str(data_of(hit).get("event_source_url" if hit["channel"] == "server" else "dl") or ""))
    except ValueError:
        return ""
    return f"{address.scheme}://{address.netloc}{address.path}" if address.netloc else ""


def partner_agent(hit: Record) -> str:
    """The agent that the server named for its request."""
    batch = hit.get("batch")
    return str(batch.get("partner_agent") or "") if is_object(batch) else ""
