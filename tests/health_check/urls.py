from django.urls import path
from health_check.views import HealthCheckView

urlpatterns = [
    path("health/tracking/", HealthCheckView.as_view(checks=["capi_tracking.contrib.health_check.Tracking"])),
]
