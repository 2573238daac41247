"""Two pages for visitors: their ad choices, and what this shop told Meta about them."""

from .about import about_me, export_me
from .choices import choices

__all__ = ["about_me", "choices", "export_me"]
