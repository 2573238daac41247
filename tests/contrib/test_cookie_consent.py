"""The tests of a shop with django-cookie-consent, in a process of their own: its apps are not those of this suite."""

from tests.apart import run


def test_cookie_consent__its_own_views_answer_for_us():
    assert run("cookie_consent") == "passed"
