"""What a view tells: the server's row in the view's own transaction, and the browser's half on its way to a page.

track_request   writes the row, and leaves the half with the request
pending         what the request holds, once it is committed
cookie          the way to the next page
trigger         the way to a page that stays, by htmx
answer          which of the two
"""

from .answer import hand_over, hand_over_after_commit
from .telling import track_request

__all__ = ["hand_over", "hand_over_after_commit", "track_request"]
