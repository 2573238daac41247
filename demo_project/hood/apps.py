from django.apps import AppConfig


class HoodConfig(AppConfig):
    name = "demo_project.hood"
    label = "hood"
    default_auto_field = "django.db.models.BigAutoField"
