"""What the sandbox can tell to be wrong with events that it took: Meta's "diagnostics"."""

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from .hits import hollow_keys, id_key, user_data, values_of
from .ledger import Record
from .shapes import as_list

SHARED_BY = 5  # visitors with one address: fewer may be a family or an office

Hits = Sequence[Record]
Finding = tuple[int, int]  # how many events are affected, of how many


def diagnose(browser: Hits, server: Hits) -> list[Record]:
    """The named issues that were found, each with its cure and the share of events that have it."""
    found = [(texts, find(browser, server)) for texts, find in ISSUES]
    return [_issue(*texts, *finding) for texts, finding in found if finding[0]]


def _issue(name: str, description: str, solution: str, affected: int, total: int) -> Record:
    share = {"percentage": round(100 * affected / total, 1), "affected_event_count": affected}
    return {"name": name, "description": description, "solution": solution, **share, "total_event_count": total}


def _hollow(browser: Hits, server: Hits) -> Finding:
    return sum(bool(hollow_keys(hit)) for hit in server), len(server)


def _private_address(browser: Hits, server: Hits) -> Finding:
    addresses = [_address(hit) for hit in server]
    return sum(bool(one and not one.is_global) for one in addresses), len(server)


def _shared_address(browser: Hits, server: Hits) -> Finding:
    visitors: defaultdict[object, set[str]] = defaultdict(set)
    for hit in server:
        visitors[_address(hit)] |= _visitor(hit)
    crowded = {one for one, who in visitors.items() if one and len(who) >= SHARED_BY}
    return sum(_address(hit) in crowded for hit in server), len(server)


def _older_address(browser: Hits, server: Hits) -> Finding:
    """IPv4 for a visitor who came by IPv6 at another time: something in between rewrites the address."""
    newer = {who for hit in server if _version(hit) == 6 for who in _visitor(hit)}
    return sum(_version(hit) == 4 and bool(newer & _visitor(hit)) for hit in server), len(server)


def _reused_ids(browser: Hits, server: Hits) -> Finding:
    """One id from several visitors: a page with the id in it was kept by a cache."""
    hits = [hit for hit in (*browser, *server) if hit["event_id"]]
    visitors: defaultdict[tuple[object, ...], set[str]] = defaultdict(set)
    for hit in hits:
        visitors[hit["channel"], hit["event_name"], hit["event_id"]] |= values_of(hit, "fbp")
    reused = {key for key, who in visitors.items() if len(who) > 1}
    affected = sum((hit["channel"], hit["event_name"], hit["event_id"]) in reused for hit in hits)
    return affected, len(browser) + len(server)


def _two_persons(browser: Hits, server: Hits) -> Finding:
    """The two copies of an event name different visitors by the same key."""
    seen = {id_key(hit): hit for hit in browser if hit["event_id"]}
    pairs = [(seen[id_key(hit)], hit) for hit in server if id_key(hit) in seen]
    return sum(any(_differ(left, right, key) for key in ("external_id", "fbp")) for left, right in pairs), len(pairs)


def _differ(left: Record, right: Record, key: str) -> bool:
    ours, theirs = values_of(left, key), values_of(right, key)
    return bool(ours and theirs) and not ours & theirs


def _address(hit: Record) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(str(user_data(hit).get("client_ip_address") or ""))
    except ValueError:
        return None


def _version(hit: Record) -> int:
    address = _address(hit)
    return address.version if address else 0


def _visitor(hit: Record) -> set[str]:
    found = user_data(hit)
    return {str(one) for one in _either(found.get("fbp"), found.get("external_id"))}


def _either(*values: object) -> Iterable[object]:
    return next((as_list(value) for value in values if value), [])


ISSUES: tuple[tuple[tuple[str, str, str], Callable[[Hits, Hits], Finding]], ...] = (
    (
        (
            "Event ids from a cache",
            "Several visitors sent one event id: Meta keeps the first and drops the others.",
            "Make the id in the visitor's own browser or request, never in a page that is cached.",
        ),
        _reused_ids,
    ),
    (
        (
            "Hash of nothing",
            "A customer key holds the hash of an empty text or of a word such as null.",
            "Leave a key out where nothing is known.",
        ),
        _hollow,
    ),
    (
        (
            "Address of a private network",
            "client_ip_address is not a public address: it is a proxy's or a test's, not the visitor's.",
            "Name the proxies in front of the shop, so that the visitor's address is read.",
        ),
        _private_address,
    ),
    (
        (
            "One address for many visitors",
            "Five or more visitors share one client_ip_address: it is likely the server's own.",
            "Send the address of the visitor's request, not of the server or a proxy.",
        ),
        _shared_address,
    ),
    (
        (
            "IPv4 where the visitor has IPv6",
            "The visitor came by IPv6 at another time, and Meta prefers that address.",
            "Serve the whole shop by IPv6 and send the address as it came.",
        ),
        _older_address,
    ),
    (
        (
            "The two copies name different visitors",
            "Browser and server sent one id, and another external_id or fbp with it.",
            "Give both sides the same value, plain on both or hashed in the same way.",
        ),
        _two_persons,
    ),
)
