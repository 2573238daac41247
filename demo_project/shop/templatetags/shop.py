from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """``€ 49.00``, or the currency's code where it has no sign here."""
    return f"{SYMBOLS.get(currency, currency)}\u00a0{number_format(amount, 2, use_l10n=True, force_grouping=True)}"
