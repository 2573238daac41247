"""How well one event can be matched to a person ("Match keys"): a heuristic.

Meta publishes no weights. These follow its two lists of priorities (e-mail and click id first, the best-practice keys
next, places last) and add up to 100; the score is ours and is never to be taken for Meta's own match quality.
"""

from collections.abc import Collection

WEIGHTS = {
    "em": 20,
    "fbc": 15,
    "ph": 12,
    "client_ip_address": 9,
    "fbp": 8,
    "external_id": 8,
    "client_user_agent": 5,
    "db": 5,
    "fn": 4,
    "ln": 4,
    "country": 4,
    "ct": 2,
    "zp": 2,
    "ge": 1,
    "st": 1,
}


def score(user_data_keys: Collection[str]) -> int:
    """Percent: the weighted share of the keys that an event carries. Other keys count nothing."""
    present = set(user_data_keys)
    return sum(weight for key, weight in WEIGHTS.items() if key in present)


def missing(user_data_keys: Collection[str]) -> tuple[str, ...]:
    """The keys that an event lacks, the most helpful first."""
    present = set(user_data_keys)
    return tuple(key for key in sorted(WEIGHTS, key=WEIGHTS.__getitem__, reverse=True) if key not in present)
