"""Who may look at the demo's admin. Known to everybody: the demo listens on 127.0.0.1 alone."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission


def create_staff() -> None:
    """``admin`` for everything, ``marketer`` for the dashboard, passwords as their names; left alone if they are there."""
    users = get_user_model().objects
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "admin@shop.example", "admin")
    if not users.filter(username="marketer").exists():
        marketer = users.create_user("marketer", "marketer@shop.example", "marketer", is_staff=True)
        marketer.user_permissions.add(dashboard_permission())


def dashboard_permission() -> Permission:
    return Permission.objects.get(content_type__app_label="capi_tracking", codename="view_dashboard")
