"""Our pages of the admin in django-unfold, as staff see them: in light and dark, on a desk and on a phone."""

import signal

import pytest

from tests.browser.demo import Demo, sign_in
from tests.browser.staff import PAGES
from tests.browser.walking import OPPOSITES, Walk

pytestmark = pytest.mark.demo
OUR_PAGE = {"include": [[".capi-page, #content form"]]}


@pytest.fixture(scope="module")
def staff(browser, tmp_path_factory):
    """A browser context, signed in where unfold is."""
    with Demo(tmp_path_factory.mktemp("unfold"), env={"DJANGO_SETTINGS_MODULE": "tests.browser.unfold"}) as demo:
        context = browser.new_context(base_url=demo.url, reduced_motion="reduce")
        sign_in(context, "admin")
        yield context
        context.close()
        demo.signal(signal.SIGINT)
        assert demo.end() == 0, demo.output


@pytest.mark.parametrize("place", PAGES, ids=[place.name for place in PAGES])
def test_unfold__shows_our_page_sound(staff, place):
    walk = Walk(place, staff)
    for look in OPPOSITES:
        walk.look(*look, part=OUR_PAGE)
    walk.end()
