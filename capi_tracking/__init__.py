"""Meta tracking for Django shops: pixel and Conversions API, paired, persisted, delivered once."""

__version__ = "0.1.0"
