"""What a request knows of its visitor, which request this code runs for, and whether its answer is one visitor's alone."""

from .addresses import Network, address, client_ip, is_in
from .current import current_request, serving
from .private import is_private, keep_private
from .visitor import RequestContext, cookie, of

__all__ = [
    "Network",
    "RequestContext",
    "address",
    "client_ip",
    "cookie",
    "current_request",
    "is_in",
    "is_private",
    "keep_private",
    "of",
    "serving",
]
