from django.apps import AppConfig


class StoryConfig(AppConfig):
    name = "demo_project.story"
    label = "story"
    verbose_name = "Demo"
    default_auto_field = "django.db.models.BigAutoField"
