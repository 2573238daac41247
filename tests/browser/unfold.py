"""The demo's settings with django-unfold before Django's own admin. Its scripts need eval, so no strict policy stands."""

from demo_project.settings import *  # noqa: F403
from demo_project.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = ["unfold", *INSTALLED_APPS]
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("demo_project.csp")]
