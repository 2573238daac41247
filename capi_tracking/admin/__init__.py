"""What staff see: lists of our tables, the dashboard, and the pages beside it. Questions are asked of ``metrics``, changes are
verbs of the models. ``TrackingColumn`` is for the shop's own list of orders.
"""

from . import lists, pages
from .column import TrackingColumn
from .dashboard import page

__all__ = ["TrackingColumn", "lists", "page", "pages"]
