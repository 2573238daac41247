"""One-time marks in the session: what has just succeeded, until the page that follows has told of it.

The event itself stands in that page, which no cache keeps; a reload finds no mark and tells nothing.
"""

from django.contrib.sessions.backends.base import SessionBase

REGISTERED = "people_registered"
ENQUIRED = "people_enquired"
TRIAL_STARTED = "people_trial_started"
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
