"""The settings: one dict, ``settings.CAPI_TRACKING``: ``from .conf import conf``, then ``conf.BATCH_SIZE``."""

from .pixels import PixelSettings, is_loopback, pixel
from .settings import Settings, conf

__all__ = ["PixelSettings", "Settings", "conf", "is_loopback", "pixel"]
