"""``python -m pytest --ds=tests.health_check.settings --confcutdir=tests/health_check -n 0 tests/health_check``"""

from django.conf import settings

if settings.SETTINGS_MODULE != "tests.health_check.settings":
    collect_ignore_glob = ["test_*.py"]  # another process runs them: tests/contrib/test_health_check.py
