"""What is wrong, and how to mend it: asked of Meta itself, when somebody presses for it."""

from .connection import TEST_EVENT, Tried, check_connection, send_test

__all__ = ["TEST_EVENT", "Tried", "check_connection", "send_test"]
