"""How a batch reaches Meta. Subclass :class:`Transport`, implement ``send``, name the class in ``TRANSPORT``."""

from .base import Acknowledgement, Batch, Transport, UnknownRefusal

__all__ = ["Acknowledgement", "Batch", "Transport", "UnknownRefusal"]
