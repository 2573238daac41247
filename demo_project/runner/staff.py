"""Who may look at the demo's admin. Known to everybody: the demo listens on 127.0.0.1 alone."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

OF_A_MARKETER = ("view_dashboard", "view_matchquality")  # pages of numbers, none of them a person's


def create_staff() -> None:
    """``admin`` for everything, ``marketer`` for numbers, passwords as their names; left alone if they are there."""
    users = get_user_model().objects
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "admin@shop.example", "admin")
    if not users.filter(username="marketer").exists():
        marketer = users.create_user("marketer", "marketer@shop.example", "marketer", is_staff=True)
        marketer.user_permissions.set(permissions(*OF_A_MARKETER))


def permissions(*names: str) -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="capi_tracking", codename__in=names)
