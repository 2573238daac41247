"""``python -m pytest --ds=tests.cookie_consent.settings --confcutdir=tests/cookie_consent -n 0 tests/cookie_consent``"""

from django.conf import settings

if settings.SETTINGS_MODULE != "tests.cookie_consent.settings":
    collect_ignore_glob = ["test_*.py"]  # another process runs them: tests/contrib/test_cookie_consent.py
