from datetime import timedelta

from django.apps import AppConfig


class ChaosShopConfig(AppConfig):
    name = "tests.chaos.shop"
    label = "chaos_shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Production waits minutes for a Meta that is down: here seconds, or the run would be one long wait."""
        from capi_tracking import nudging, retry

        retry.FIRST, retry.LONGEST = timedelta(seconds=0.5), timedelta(seconds=2)
        retry.FIRST_THROTTLED, retry.LONGEST_THROTTLED = timedelta(seconds=1), timedelta(seconds=2)
        retry.FIRST_PAUSE = timedelta(seconds=0.1)
        nudging.SILENCE = 2.0
