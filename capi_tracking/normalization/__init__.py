"""Pure rules for customer data, ``str -> str``: what Meta wants, or "" where a text can't be made into it.

Nothing here raises for a bad text, keeps it, or logs it. Rules: Meta's customer information parameters.
"""

from .browser import address, client_ip, fbc, fbp, told_fbc, user_agent
from .campaigns import BETWEEN as BETWEEN_CAMPAIGN_PARTS
from .campaigns import campaign
from .clicks import CHANGED as CHANGED_CLICK
from .clicks import OLD as OLD_CLICK
from .clicks import click_days, click_remarks
from .countries import country, default_country, set_default_country
from .currencies import CURRENCIES, currency, minor_units
from .hashing import as_text, is_hash, sha256
from .people import date_of_birth, email, external_id, gender, name, set_date_order
from .phones import phone
from .placeholders import is_no_email, is_no_id, is_no_phone, is_no_text
from .places import city, postal_code, state

__all__ = [
    "BETWEEN_CAMPAIGN_PARTS",
    "CHANGED_CLICK",
    "CURRENCIES",
    "OLD_CLICK",
    "address",
    "as_text",
    "campaign",
    "city",
    "click_days",
    "click_remarks",
    "client_ip",
    "country",
    "currency",
    "date_of_birth",
    "default_country",
    "email",
    "external_id",
    "fbc",
    "fbp",
    "gender",
    "is_hash",
    "is_no_email",
    "is_no_id",
    "is_no_phone",
    "is_no_text",
    "minor_units",
    "name",
    "phone",
    "postal_code",
    "set_date_order",
    "set_default_country",
    "sha256",
    "state",
    "told_fbc",
    "user_agent",
]
