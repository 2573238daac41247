from django.urls import path

from .api.collect import collect
from .api.match import match
from .conf import conf

app_name = "capi_tracking"

# Blockers keep lists of paths, hence the setting. Read once: the URLs are.
urlpatterns = [
    path(str(conf.COLLECT_PATH or "collect/"), collect, name="collect"),
    path("match/", match, name="match"),
]
