"""The settings of our sides: the tests' own shop on the database that the environment names, sending to the sink."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import CAPI_TRACKING, DATABASES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    DATABASES["default"]["OPTIONS"] = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": pragmas}

CAPI_TRACKING = {
    **CAPI_TRACKING,
    "TRANSPORT": "capi_tracking.transports.graph.GraphTransport",
    "GRAPH_URL": os.environ.get("BENCHMARK_GRAPH_URL", "http://127.0.0.1:9"),
    "GZIP": os.environ.get("BENCHMARK_GZIP") == "on",
    "NUDGE": os.environ.get("BENCHMARK_NUDGE") or None,
}
LOGGING = {"version": 1, "disable_existing_loggers": False}
