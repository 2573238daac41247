"""What the README says of installing, in one screen, is what the guide says at length, and works."""

import re
from types import SimpleNamespace

from django.urls import include, path

from capi_tracking.checks import check_names
from capi_tracking.orders import ModelOrderAdapter
from demo_project.shop.models import Order
from tests.newcomer.guide import GUIDE
from tests.newcomer.packages import ROOT

SECTION = (ROOT / "README.md").read_text().partition("\n## Install it in a shop\n")[2].partition("\n## ")[0]
SAME = ("pip install", "INSTALLED_APPS", "MIDDLEWARE", "urlpatterns")  # what no shop writes otherwise
TAG = re.compile(r"{%.*?%}|data-capi-\w+=\"\w+\"")


def shown():
    """What the Python of the README leaves behind, where it says of itself what a project has anyway."""
    given = {"env": lambda name: "1234567890", "path": path, "include": include, "Order": Order}
    given |= {"ModelOrderAdapter": ModelOrderAdapter, "register": lambda model: lambda adapter: adapter}
    given |= {"INSTALLED_APPS": [], "MIDDLEWARE": [], "urlpatterns": []}
    exec(re.search(r"```python\n(.*?)```", SECTION, re.DOTALL)[1], given)
    return SimpleNamespace(**given)


def test_readme__installs_word_for_word_as_the_guide_does():
    lines = [line for line in SECTION.splitlines() if line.startswith(SAME)]
    assert len(lines) == len(SAME)
    assert [line for line in lines if line not in GUIDE.read_text().splitlines()] == []


def test_readme__names_the_tags_and_buttons_of_the_guide():
    named = set(TAG.findall(SECTION))
    assert len(named) == 5
    assert named <= set(TAG.findall(GUIDE.read_text()))


def test_readme__shows_settings_that_there_are(settings):
    settings.CAPI_TRACKING = shown().CAPI_TRACKING
    assert check_names() == []


def test_readme__shows_an_adapter_whose_names_there_are():
    adapter = shown().ShopOrder
    assert [name for name in vars(adapter) if not hasattr(ModelOrderAdapter, name)] == []
    assert {"paid_at", "number", "lines", "email"} <= set(adapter.paths())
