"""One-time marks in the session: what has just succeeded, until the page that follows has said so. A reload says nothing."""

from django.contrib.sessions.backends.base import SessionBase

REGISTERED = "people_registered"
SUBSCRIBED = "people_subscribed"


def leave(session: SessionBase, mark: str) -> None:
    session[mark] = True


def leave_once(session: SessionBase, mark: str) -> None:
    """As ``leave``, but never a second time for this visitor."""
    session.setdefault(mark, True)


def take(session: SessionBase, mark: str) -> bool:
    """Is it there? Afterwards it is not, though ``leave_once`` remembers it."""
    was_left = session.get(mark, False)
    if was_left:
        session[mark] = False
    return was_left
