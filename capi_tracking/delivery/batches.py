"""Which leased rows may go, and which go into one request together. Pure."""

from collections.abc import Iterable, Iterator

from ..models import LEASE_LIMIT, Claimed

PATIENCE = 3  # strikes before a batch is halved

OTHER_ENVIRONMENT = "other_environment"
TOO_LATE, TOO_EARLY = "too_late", "too_early"
NEVER_ANSWERED = "never_answered"
NO_PAYLOAD = "no_payload"


def obstacle(row: Claimed, environment: str) -> str:
    """Why the row may not be sent, or "". An empty ``environment`` guards nothing."""
    if environment and row.environment != environment:
        return OTHER_ENVIRONMENT
    if row.is_late:
        return TOO_LATE
    if row.is_early:
        return TOO_EARLY
    if row.leases > LEASE_LIMIT:
        return NEVER_ANSWERED
    return "" if row.payload else NO_PAYLOAD


def cut(rows: Iterable[Claimed], *, size: int, max_bytes: int) -> Iterator[list[Claimed]]:
    """Batches of at most ``size`` rows and ``max_bytes`` bytes; a bigger row goes alone.

    Rows that were struck three times go in batches of half the size, four times of a quarter, and so on; rows whose
    leases ran out too often go alone.
    """
    batch: list[Claimed] = []
    total = shared = 0
    for row in sorted(rows, key=lambda row: (row.leases >= LEASE_LIMIT, row.strikes)):
        length, most = _bytes(row.payload), company(row, size)
        if batch and (len(batch) >= most or most != shared or total + length > max_bytes):
            yield batch
            batch, total = [], 0
        batch.append(row)
        total, shared = total + length, most
    if batch:
        yield batch


def company(row: Claimed, size: int) -> int:
    """In a batch of how many this row may go."""
    if row.leases >= LEASE_LIMIT:
        return 1
    return max(1, size >> max(0, row.strikes - PATIENCE + 1))


def halves(rows: list[Claimed]) -> list[list[Claimed]]:
    middle = len(rows) // 2
    return [rows[:middle], rows[middle:]]


def _bytes(payload: str) -> int:
    # one more for the comma; a text knows whether it is ASCII, so that counting costs nothing
    return 1 + (len(payload) if payload.isascii() else len(payload.encode()))
