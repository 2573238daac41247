from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", include("demo_project.shop.urls")),
    path("", include("demo_project.people.urls")),
    path("hood/", include("demo_project.hood.urls")),
    path("story/", include("demo_project.story.urls")),
    path("capi/", include("capi_tracking.urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static("shop/icon.svg"))),
]
