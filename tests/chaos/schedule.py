"""What goes wrong when: all of it follows from the seed. Pure."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

QUIET_AT_FIRST = 1.0
KILL_EVERY = 1.9  # seconds, on average: some find nobody
SPREAD = 0.6

KILLS = {"kill child": 66, "kill worker": 16, "kill watch": 10, "kill shop": 8}
META = {
    "meta down": (1.0, 3.0),
    "meta answers 503": (1.0, 3.0),
    "meta has code 1": (1.0, 2.0),
    "meta has code 2": (1.0, 2.5),
    "meta's proxy answers": (0.5, 2.0),
    "meta redirects": (0.5, 1.5),
    "meta accepts and hangs up": (0.5, 2.0),
    "meta accepts in silence": (2.0, 4.5),
    "meta is silent": (1.0, 3.0),
    "meta is slow": (4.0, 7.0),
    "meta is too slow": (2.0, 5.0),
    "meta confirms too few": (1.0, 2.5),
    "meta says too much": (0.5, 1.5),
    "meta throttles": (1.0, 2.5),
    "meta's allowance is used up": (1.0, 3.0),
    "meta refuses the token": (1.5, 3.0),
    "meta refuses the permission": (1.0, 2.5),
}
SERVERS = {
    "database crashes": (0.3, 4.0),
    "database restarts": (0.3, 2.0),
    "redis crashes": (0.3, 4.0),
    "rabbitmq crashes": (0.3, 4.0),
    "database hangs up": (0.0, 0.0),
}
LEASES = {"leases end early": (0.0, 0.0)}
PAUSES = {"pause child": (6.5, 9.0), "pause worker": (6.5, 9.0), "pause watch": (6.5, 9.0)}


@dataclass(frozen=True, slots=True)
class Planned:
    """``dice``, from 0 to 1, chooses whom it meets."""

    at: float
    kind: str
    lasts: float
    dice: float


def plan(seed: int, seconds: float) -> list[Planned]:
    """Streams beside each other: kills, Meta's faults (one at a time), servers, leases, pauses."""
    found = [*_kills(random.Random(f"{seed} kills"), seconds)]
    for name, kinds, gap in (
        ("meta", META, (0.5, 2.0)),
        ("servers", SERVERS, (3.0, 7.0)),
        ("leases", LEASES, (1.5, 4.0)),
        ("pauses", PAUSES, (1.0, 4.0)),
    ):
        found += _stream(random.Random(f"{seed} {name}"), kinds, gap, seconds)
    return sorted(found, key=lambda planned: planned.at)


def _kills(dice: random.Random, seconds: float) -> Iterator[Planned]:
    kinds, weights = zip(*KILLS.items(), strict=True)
    at = QUIET_AT_FIRST
    while at < seconds:
        yield Planned(at, dice.choices(kinds, weights)[0], 0.0, dice.random())
        at += KILL_EVERY * dice.uniform(1 - SPREAD, 1 + SPREAD)


def _stream(
    dice: random.Random, kinds: Mapping[str, tuple[float, float]], gap: tuple[float, float], seconds: float
) -> Iterator[Planned]:
    """One after the other, each kind once before any comes again."""
    at, left = QUIET_AT_FIRST + dice.uniform(*gap), list[str]()
    while at < seconds:
        left = left or dice.sample(list(kinds), len(kinds))
        kind = left.pop()
        lasts = min(dice.uniform(*kinds[kind]), seconds - at)
        yield Planned(at, kind, lasts, dice.random())
        at += lasts + dice.uniform(*gap)
