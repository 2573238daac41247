"""The codebases that this one is held beside, measured in November 2026.

Where a pair was measured as one (docstrings and comments of two small packages), both columns say the same.
"""

ROWS = (
    "modules",
    "lines",
    "import cycles",
    "lazy imports",
    "function, median",
    "function, nine in ten",
    "annotated functions",
    "docstrings",
    "comment lines",
    "test lines per code line",
)

MODELS = {
    "anymail": ("45", "11968", "0", "0", "6", "29", "6 %", "21 %", "16 %", "2.6"),
    "django.tasks": ("10", "934", "0", "6", "7.5", "24", "100 %", "40 %", "2 %", "1.5"),
    "tasks-db": ("10", "1134", "0", "3", "9", "35", "98 %", "40 %", "2 %", "1.8"),
    "cors": ("6", "450", "0", "0", "6", "15", "100 %", "8 %", "3 %", "1.7"),
    "htmx": ("4", "481", "0", "0", "3", "34", "100 %", "8 %", "3 %", "2.5"),
    "health-check": ("13", "1966", "0", "0", "10", "38", "14 %", "28 %", "2 %", "2.7"),
    "procrastinate": ("46", "8491", "1", "16", "8", "32", "90 %", "29 %", "3 %", "1.5"),
    "httpx": ("23", "8827", "0", "7", "9", "34", "100 %", "34 %", "5 %", "1.0"),
    "sessions": ("13", "1545", "0", "2", "5", "16", "0 %", "23 %", "6 %", "0.9"),
    "post_office": ("28", "3114", "0", "7", "7", "33", "17 %", "35 %", "5 %", "1.0"),
}
