"""For a shop's own tests: what was tracked and what was not, a Meta that answers by a script, and one that is strict.

With pytest, ``pytest_plugins = ["capi_tracking.testing.fixtures"]`` in the outermost ``conftest.py`` brings the fixtures
``capi_memory`` and ``capi_sandbox``. With unittest, put :class:`CapiTestMixin` before Django's test case. Neither of the
two is imported from here.
"""

from ..sandbox import Sandbox
from ..transports.local import MemoryTransport, ScriptedTransport
from .assertions import assert_not_tracked, assert_skipped, assert_tracked
from .mixins import CapiTestMixin
from .outbox import deliver_now, sent_events, skip_waits, tracked_events
from .surroundings import in_memory, override_tracking, running_sandbox
from .visitors import deny_consent, grant_consent, set_consent

__all__ = [
    "CapiTestMixin",
    "MemoryTransport",
    "Sandbox",
    "ScriptedTransport",
    "assert_not_tracked",
    "assert_skipped",
    "assert_tracked",
    "deliver_now",
    "deny_consent",
    "grant_consent",
    "in_memory",
    "override_tracking",
    "running_sandbox",
    "sent_events",
    "set_consent",
    "skip_waits",
    "tracked_events",
]
