"""The tests of a project with django-health-check, in a process of their own: its apps are not those of this suite."""

from tests.apart import run

# its checks run in threads, whose connections nobody closes: Python 3.13 says so
THEIRS = ("-W", "ignore::ResourceWarning", "-W", "ignore::pytest.PytestUnraisableExceptionWarning")


def test_health_check__its_own_view_asks_ours():
    assert run("health_check", *THEIRS) == "passed"
