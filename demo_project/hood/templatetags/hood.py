from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def sandbox_address() -> str:
    """Where the sandbox shows what it received; "" if the shop talks to Meta itself."""
    return f"{settings.GRAPH_URL}/" if getattr(settings, "USES_SANDBOX", False) else ""
