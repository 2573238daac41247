"""The Oscar shop's tests, in a process of their own: its apps are not those of this suite."""

import pytest

from tests.apart import run

OSCARS_OWN = ("-W", "ignore::DeprecationWarning", "-W", "ignore::PendingDeprecationWarning")  # not ours to mend


def test_oscar__its_own_models_basket_and_checkout_make_one_right_sale():
    assert run("oscar", *OSCARS_OWN, "-m", "not browser") == "passed"


@pytest.mark.browser
def test_oscar__in_a_browser_makes_a_pair():
    assert run("oscar", *OSCARS_OWN, "-m", "browser") == "passed"
