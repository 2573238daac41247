"""What logs and pages of errors may hold: nothing of a customer, and no secret."""

from .failures import log_failure
from .fields import FIELDS, fields
from .unshown import Body, Plain, Secrets, Unshown

__all__ = ["FIELDS", "Body", "Plain", "Secrets", "Unshown", "fields", "log_failure"]
