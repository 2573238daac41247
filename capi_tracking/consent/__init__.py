"""The visitor's answer: granted, limited, denied or unknown, from where, since when.

It reaches both sides by one first-party cookie that scripts can read, ``capi_consent``. A callable of the shop may only
tighten it.
"""

from .cookie import COOKIE, cookie_of, from_cookie, write
from .deciding import decide, is_withheld, may_tell, processing
from .values import GPC, Consent, ConsentState, vouched

__all__ = [
    "COOKIE",
    "GPC",
    "Consent",
    "ConsentState",
    "cookie_of",
    "decide",
    "from_cookie",
    "is_withheld",
    "may_tell",
    "processing",
    "vouched",
    "write",
]
