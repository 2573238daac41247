from django.utils.translation import gettext_lazy as _

from .outbox import OutboxEvent


class MatchQuality(OutboxEvent):
    """A place in the admin's menu, with a permission of its own. Holds nothing."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("match quality")
        verbose_name_plural = _("match quality")
