"""A Graph API that runs on this machine: it refuses what Meta documents to refuse, and pairs what it got.

Nothing leaves the machine: the server listens on 127.0.0.1 alone. Where Meta's answer is not known for sure
(``UNCONFIRMED`` in Meta's own papers), the sandbox takes the stricter reading.
"""

from .service import Sandbox

__all__ = ["Sandbox"]
