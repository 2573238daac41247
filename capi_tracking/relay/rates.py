"""How much anybody may send: by address, visitor or key, in a minute and in a day. Counted in the cache."""

from datetime import timedelta
from ipaddress import IPv6Address

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from .. import context
from ..conf import conf
from ..keyed_hashes import keyed_hash
from ..logs import log_failure

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
IPV6_NETWORK = 4  # groups of an address that name one household or office
FRESH_REPORTS = 25  # rows of page reports that an address may begin in a day


def is_within_rate(request: HttpRequest) -> bool:
    """Counts beacons by address and minute."""
    return counted(network(request), "rate", MINUTE) <= conf.COLLECT_RATE


def is_visitor_within_rate(fbp: str) -> bool:
    """Counts beacons by visitor and minute: many may share an address, and one may have many."""
    return not fbp or counted(fbp, "visitor_rate", MINUTE) <= conf.COLLECT_VISITOR_RATE


def is_within_day(request: HttpRequest, fbp: str, items: int) -> bool:
    """Counts what beacons bring, by visitor and by address, and day."""
    if not items:
        return True
    if fbp and counted(fbp, "visitor_day", DAY, items) > conf.COLLECT_VISITOR_DAY:
        return False
    return counted(network(request), "day", DAY, items) <= conf.COLLECT_DAY


def fresh_reports_left(request: HttpRequest) -> int:
    """How many rows of page reports this address may still begin today."""
    return max(FRESH_REPORTS - counted(network(request), "reports", DAY, 0), 0)


def began_reports(request: HttpRequest, rows: int) -> None:
    if rows:
        counted(network(request), "reports", DAY, rows)


def counted(who: str, purpose: str, period: timedelta, by: int = 1) -> int:
    """How many there were in this period, ``by`` more included. A cache that fails counts nothing: the events are worth more."""
    seconds = int(period.total_seconds())
    number = int(timezone.now().timestamp()) // seconds
    key = f"capi_tracking.collect.{number}.{keyed_hash(who, purpose=purpose)}"
    try:
        return _added(key, by, 2 * seconds)
    except Exception as error:  # noqa: BLE001 - each cache backend has errors of its own
        log_failure(error)
        return 0


def _added(key: str, by: int, timeout: int) -> int:
    """One question for what is there already, which is most often."""
    try:
        return int(cache.incr(key, by))
    except ValueError:
        return by if cache.add(key, by, timeout=timeout) else int(cache.incr(key, by))


def network(request: HttpRequest) -> str:
    """Whom a limit is for: an IPv4 address, or the network of an IPv6 one."""
    address: str = context.client_ip(request) or request.META.get("REMOTE_ADDR", "")
    return _ipv6_network(address) if ":" in address else address


def _ipv6_network(address: str) -> str:
    """Of the whole address: in its short form ``::`` may stand for groups of the network or of the host."""
    try:
        return ":".join(IPv6Address(address).exploded.split(":")[:IPV6_NETWORK])
    except ValueError:  # a server's own word for where it listens
        return address
