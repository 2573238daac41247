"""Oscar's own pages, and ours."""

from django.apps import apps
from django.contrib import admin
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("capi/", include("capi_tracking.urls")),
    *staticfiles_urlpatterns(),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
