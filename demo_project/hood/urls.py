from django.urls import URLPattern

app_name = "hood"

urlpatterns: list[URLPattern] = []
