from django.urls import path

from .api.collect import collect
from .api.late import late
from .api.match import match
from .conf import conf
from .views import about_me, choices, export_me

app_name = "capi_tracking"

# Blockers keep lists of paths, hence the setting. Read once: the URLs are.
urlpatterns = [
    path(str(conf.COLLECT_PATH or "collect/"), collect, name="collect"),
    path("match/", match, name="match"),
    path("events/", late("events.events"), name="events"),
    path("attempts/", late("reading.attempts"), name="attempts"),
    path("stats/", late("stats.stats"), name="stats"),
    path("reconciliation/", late("stats.reconciliation"), name="reconciliation"),
    path("schema/", late("schema.schema"), name="schema"),
    path("choices/", choices, name="choices"),
    path("about-me/", about_me, name="about_me"),
    path("about-me/export/", export_me, name="export_me"),
]
