"""System checks: what is wrong with the settings, and what to type instead.

They read settings and nothing else: no query, no network; and none raises, whatever the settings hold.
"""

from .adapters import check_adapters
from .databases import check_databases
from .deployment import check_deployment
from .installation import celery_check, check_installation
from .meta import check_meta
from .minimisation import check_minimisation
from .names import check_names
from .pixels import check_pixels
from .values import check_values
from .visitors import check_visitors
from .weights import check_weights

TAG = "capi_tracking"  # manage.py check --tag capi_tracking
CHECKS = [
    check_names,
    check_values,
    check_visitors,
    check_weights,
    check_minimisation,
    check_pixels,
    check_meta,
    check_installation,
    check_databases,
    check_adapters,
]

__all__ = [
    "CHECKS",
    "TAG",
    "celery_check",
    "check_adapters",
    "check_databases",
    "check_deployment",
    "check_installation",
    "check_meta",
    "check_minimisation",
    "check_names",
    "check_pixels",
    "check_values",
    "check_visitors",
    "check_weights",
]
