"""How well one event can be matched to a person ("Match keys"): a heuristic.

Meta publishes no weights. The defaults follow its two lists of priorities (e-mail and click id first, the best-practice
keys next, places last); a shop may set its own. The score is ours and is never to be taken for Meta's own match quality.

A row holds two whole numbers, in which each key has its bit (:data:`BITS`): ``key_bits``, the keys that go to Meta, and
``refused_bits``, those that were given and could not be used. Both outlive redaction, and rows that keep nothing of a
person, or that are older than the columns, have NULL. On every database one GROUP BY tells how often each key was there:
``Sum(F("key_bits").bitand(BITS["ph"]))`` is that bit times the number of events that have it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

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

# A key keeps its place for ever, since rows hold it: new ones come last.
KEYS = (
    *("em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country", "external_id"),
    *("client_ip_address", "client_user_agent", "fbc", "fbp", "subscription_id", "fb_login_id", "lead_id", "madid"),
    *("anon_id", "page_id", "page_scoped_user_id", "ctwa_clid", "ig_account_id", "ig_sid"),
)
BITS = {key: 1 << place for place, key in enumerate(KEYS)}
CHANGED_CLICK = 1 << 29  # in refused_bits, although the click was sent: its cookie was not what the address said

_given: Callable[[], Mapping[str, int]] = dict


def set_weights(given: Callable[[], Mapping[str, int]]) -> None:
    """Where the shop's own weights come from. They are laid over the defaults; what is no weight counts nothing."""
    global _given
    _given = given


def weights() -> Mapping[str, int]:
    """What each key weighs in this shop, in parts of the sum of all."""
    given = _given()
    return _laid_over(given) if given and isinstance(given, Mapping) else WEIGHTS


def score(user_data_keys: Collection[str]) -> int:
    """Percent of the sum of all weights that an event's keys have. Keys without a weight count nothing."""
    weighed = weights()
    has = sum([weighed[key] for key in set(user_data_keys) if key in weighed])
    return round(100 * has / (sum(weighed.values()) or 1))


def missing(user_data_keys: Collection[str]) -> tuple[str, ...]:
    """The keys of some weight that an event lacks, the most helpful first."""
    weighed, present = weights(), set(user_data_keys)
    lacking = [key for key, weight in weighed.items() if weight and key not in present]
    return tuple(sorted(lacking, key=weighed.__getitem__, reverse=True))


def bits_of(keys: Iterable[str]) -> int:
    """These keys as one number, each at most once."""
    return sum([BITS[key] for key in keys])


def keys_of(bits: int) -> tuple[str, ...]:
    """The keys of such a number."""
    return tuple(key for key, bit in BITS.items() if bits & bit)


def refused_bits(notes: Iterable[str], present: Collection[str]) -> int:
    """Keys that were given, by the notes ``"ph: a placeholder"``, and of which nothing was left."""
    noted = {note.partition(":")[0] for note in notes}
    return bits_of(key for key in noted if key in BITS and key not in present)


def _laid_over(given: Mapping[str, int]) -> Mapping[str, int]:
    sound = {key: weight for key, weight in given.items() if key in BITS and type(weight) is int and weight >= 0}
    return WEIGHTS | sound
