"""The tags, for whatever template language a shop uses: what each takes, what it renders, what it refuses.

``templatetags`` and ``jinja2`` are two doors to these and know nothing more. Nothing here may break a page: a tag that
has nothing to say renders nothing; with DEBUG it leaves the reason.
"""

from .catalogue import TAGS
from .head import config
from .secret import is_secret
from .tag import UNKNOWN, Misused, Page, Tag

__all__ = ["TAGS", "UNKNOWN", "Misused", "Page", "Tag", "config", "is_secret"]
