from django.urls import path

from demo_project.hood import views

app_name = "hood"

urlpatterns = [
    path("state/", views.state, name="state"),
    path("hashes/", views.hashes, name="hashes"),
]
