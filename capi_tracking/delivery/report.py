from dataclasses import dataclass, fields


@dataclass(slots=True)
class Report:
    """What was done, counted in events; ``requests`` counts requests."""

    requests: int = 0
    delivered: int = 0
    failed: int = 0  # Meta will never take them
    expired: int = 0  # too old, or their pair window closed
    held: int = 0  # wait for a person
    put_back: int = 0  # wait for another try
    passed_over: int = 0  # in shadow mode

    def __add__(self, other: "Report") -> "Report":
        return Report(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __bool__(self) -> bool:
        return self != Report()

    def __str__(self) -> str:
        return (
            f"{self.requests} requests: {self.delivered} delivered, {self.failed} failed, {self.expired} expired, "
            f"{self.held} held, {self.put_back} put back"
            + (f", {self.passed_over} in shadow" if self.passed_over else "")
        )
