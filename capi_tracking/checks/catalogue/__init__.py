"""All that the checks can say. ``docs/checks.md`` is written from here.

A number belongs to one finding for good; its hundred is its file.
"""

from . import adapters, databases, deployment, given, pixels, project, values
from .finding import Finding

_FILES = (given, values, pixels, project, databases, deployment, adapters)

CATALOGUE = sorted(
    (value for file in _FILES for value in vars(file).values() if isinstance(value, Finding)), key=lambda f: f.id[1:]
)

__all__ = ["CATALOGUE", "Finding", "adapters", "databases", "deployment", "given", "pixels", "project", "values"]
