from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.checks import register
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class CapiTrackingConfig(AppConfig):
    name = "capi_tracking"
    verbose_name = _("Meta tracking")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the rooms. No query, no network."""
        from . import checks, normalization, orders, readiness, receivers, signals, tasks
        from .conf import conf

        for check in [*checks.CHECKS, checks.celery_check(tasks.shop_app)]:
            register(check, checks.TAG)
        register(checks.check_deployment, checks.TAG, deploy=True)

        normalization.set_default_country(lambda: conf.DEFAULT_COUNTRY)
        normalization.set_date_order(lambda: conf.DATE_ORDER)
        readiness.set_weights(lambda: conf.MATCH_WEIGHTS)
        orders.discover()
        post_save.connect(receivers.saved, dispatch_uid="capi_tracking.saved")
        user_logged_in.connect(receivers.logged_in, dispatch_uid="capi_tracking.logged_in")
        user_logged_out.connect(receivers.logged_out, dispatch_uid="capi_tracking.logged_out")
        signals.event_recorded.connect(tasks.nudge_after_commit, dispatch_uid="capi_tracking.nudge")
