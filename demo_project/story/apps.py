from django.apps import AppConfig


class StoryConfig(AppConfig):
    name = "demo_project.story"
    label = "story"
    default_auto_field = "django.db.models.BigAutoField"
