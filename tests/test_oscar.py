"""The Oscar shop's tests, in a process of their own: its apps are not those of this suite."""

import subprocess
import sys

import pytest

APART = [
    "--ds=tests.oscar.settings",
    "--confcutdir=tests/oscar",
    "--no-migrations",
    "-n",
    "0",
    "-p",
    "no:cacheprovider",
]
OSCARS_OWN = ["-W", "ignore::DeprecationWarning", "-W", "ignore::PendingDeprecationWarning"]  # not ours to mend


def run(*options: str) -> str:
    """Runs them, and shows what they said if one fails."""
    command = [sys.executable, "-m", "pytest", "-q", *APART, *OSCARS_OWN, *options, "tests/oscar"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    return "passed" if done.returncode == 0 else done.stdout + done.stderr


def test_oscar__its_own_models_basket_and_checkout_make_one_right_sale():
    assert run("-m", "not browser") == "passed"


@pytest.mark.browser
def test_oscar__in_a_browser_makes_a_pair():
    assert run("-m", "browser") == "passed"
