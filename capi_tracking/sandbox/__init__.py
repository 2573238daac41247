"""A Graph API that runs on this machine: it refuses what Meta documents to refuse, and pairs what it got.

Nothing leaves the machine: the server listens on 127.0.0.1 alone. Where Meta's papers leave open what it does, the sandbox
takes the stricter reading, unless it is told to be lenient.
"""

from .service import Sandbox

__all__ = ["Sandbox"]
