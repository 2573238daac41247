"""A shop whose addresses begin with the visitor's language."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = i18n_patterns(path("capi/", include("capi_tracking.urls")))
