from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("capi/", include("capi_tracking.urls")),
    path("admin/", admin.site.urls),
    path("", include("demo_project.shop.urls")),
]
