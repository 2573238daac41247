"""What is wrong, and how to mend it: looked at here, and asked of Meta itself when somebody presses for it."""

from .connection import TEST_EVENT, Tried, check_connection, send_test
from .examination import examine
from .line import Level, Line

__all__ = ["TEST_EVENT", "Level", "Line", "Tried", "check_connection", "examine", "send_test"]
