"""The fields beside the texts of log lines, for systems that search by them: each begins with ``capi_``."""

FIELDS = frozenset(
    {"event_id", "event_name", "events", "pixel", "trace_id", "http_status", "code", "reason", "database", "error"}
)  # nothing of a customer


def fields(**given: object) -> dict[str, object]:
    """For ``extra=``; what is unknown (None or "") is left out. A name that is not in ``FIELDS`` is a mistake."""
    if unknown := given.keys() - FIELDS:
        raise TypeError(f"{min(unknown)} is no field of a log line.")
    return {f"capi_{name}": value for name, value in given.items() if value not in (None, "")}
