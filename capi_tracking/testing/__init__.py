"""For a shop's own tests: what was tracked, what would be sent, a Meta that answers by a script, and one that is strict.

Set ``TRANSPORT`` to ``capi_tracking.transports.local.MemoryTransport`` and ``NUDGE`` to None in the test settings; then
buy something, and ``assert_tracked("Purchase", value=9.9)``.

With pytest, ``pytest_plugins = ["capi_tracking.testing"]`` in the outermost ``conftest.py`` brings the fixture
``capi_sandbox``. (PYTEST_DONT_REWRITE: nothing here uses the plain assert.)
"""

from importlib.util import find_spec

from ..sandbox import Sandbox
from ..transports.local import MemoryTransport, ScriptedTransport
from .assertions import assert_not_tracked, assert_tracked, deliver_now, sent_events, tracked_events

__all__ = [
    "MemoryTransport",
    "Sandbox",
    "ScriptedTransport",
    "assert_not_tracked",
    "assert_tracked",
    "deliver_now",
    "sent_events",
    "tracked_events",
]

if find_spec("pytest"):
    from .fixtures import capi_sandbox as capi_sandbox

    __all__ += ["capi_sandbox"]
