"""What every benchmark is given, and how a run of it may be made shorter."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the databases and the broker are. Each benchmark makes a database of its own there."""

    postgresql: str
    mariadb: str
    redis: str


@dataclass(frozen=True, slots=True)
class Chosen:
    servers: Servers
    quick: bool = False

    def sized(self, full: Any, quick: Any) -> Any:
        """The same path with less of everything, or all of it."""
        return quick if self.quick else full
