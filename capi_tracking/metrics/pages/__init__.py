"""The questions of the pages beside the dashboard: one event, one pixel, what did not go, what has no pair."""
