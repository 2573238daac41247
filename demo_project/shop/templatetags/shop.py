from decimal import Decimal

from django import template
from django.template import Context
from django.utils.formats import number_format

from demo_project.shop import carts

register = template.Library()

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """``€ 49.00``, or the currency's code where it has no sign here."""
    return f"{SYMBOLS.get(currency, currency)}\u00a0{number_format(amount, 2, use_l10n=True, force_grouping=True)}"


@register.simple_tag(takes_context=True)
def cart_count(context: Context) -> int:
    request = context.get("request")
    session = getattr(request, "session", None)
    return carts.count(session) if session is not None else 0
