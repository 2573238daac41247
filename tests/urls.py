from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("capi/", include("capi_tracking.urls")),
    path("admin/", admin.site.urls),
    path("", include("demo_project.shop.urls")),
    path("", include("demo_project.people.urls")),
    path("hood/", include("demo_project.hood.urls")),
    path("story/", include("demo_project.story.urls")),
]
