"""Announcements. ``sender`` is the model class; the other arguments stand beside each signal."""

from django.dispatch import Signal

event_recorded = (
    Signal()
)  # event: OutboxEvent, using: str, delay: timedelta until it is due. Sent inside the caller's transaction.
event_delivered = Signal()  # keys: list[str], pixel: str, using: str. Sent after a 2xx was recorded.
event_failed = Signal()  # keys: list[str], pixel: str, using: str, reason: str. Dead or expired.
pixel_paused = Signal()  # pixel: str, using: str, reason: str.
alert_raised = Signal()  # problem: metrics.Problem, using: str. A trouble that staff should know of; by no request.
alert_cleared = Signal()  # key: str, the problem's, using: str. What staff were told of is over.
