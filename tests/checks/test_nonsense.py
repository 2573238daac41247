"""Whatever the settings hold, the checks answer. None of these tests may use a database: none is asked."""

from datetime import timedelta

import pytest

from capi_tracking.checks.given import PIXEL_TYPES, TYPES
from capi_tracking.checks.installation import POLICIES
from tests.checks.conftest import PIXEL

NONSENSE = [None, True, -1, 10**30, 1.5, "", "\x00", "%s %(x)s", b"x", [], [[]], [1], ["%s"], {}, {1: 2}, {None: {}}, object, timedelta.max, timedelta.min]  # fmt: skip


@pytest.mark.parametrize("name", sorted(TYPES))
def test_checks__never_raise_for_a_setting(shop, name):
    for value in NONSENSE:
        shop.capi(**{name: value})
        assert isinstance(shop.said(), list)


@pytest.mark.parametrize("name", sorted(PIXEL_TYPES))
def test_checks__never_raise_for_a_key_of_a_pixel(shop, name):
    for value in NONSENSE:
        shop.pixel(**{name: value})
        assert isinstance(shop.said(), list)


@pytest.mark.parametrize("name", ["CAPI_TRACKING", "MIDDLEWARE", "ROOT_URLCONF", "DEBUG", "USE_TZ", *POLICIES])
def test_checks__never_raise_for_a_setting_of_the_project(shop, name):
    for value in NONSENSE:
        setattr(shop.project, name, value)
        assert isinstance(shop.said(), list)


def test_checks__never_raise_for_a_cache(shop):
    for value in NONSENSE:
        shop.project.CACHES = {"default": value, "other": value}
        assert isinstance(shop.said(), list)


def test_checks__never_raise_for_options_of_a_database(shop):
    for value in NONSENSE:
        shop.database(options=value)
        shop.database(options=dict.fromkeys(["transaction_mode", "timeout", "init_command"], value))
        assert isinstance(shop.said(), list)


def test_checks__never_raise_for_pixels_under_odd_names(shop):
    shop.capi(PIXELS={None: PIXEL, 5: PIXEL, "%s": {5: "x", "y": 1, None: 2}, (1, 2): []}, **{"%(x)s": 1})
    assert {"capi_tracking.W002", "capi_tracking.E004", "capi_tracking.W005"} <= {found.id for found in shop.said()}


def test_checks__show_no_secret(shop):
    for value in [["s3cret"], {"s3cret": 1}, b"s3cret"]:
        shop.pixel(ACCESS_TOKEN=value, APP_SECRET=value, TEST_EVENT_CODE=value)
        assert "s3cret" not in str(shop.said())


@pytest.mark.parametrize("name", POLICIES)
def test_checks__never_raise_for_a_policy(shop, name):
    for value in NONSENSE:
        for policy in ({"img-src": value}, {"DIRECTIVES": value}, {"DIRECTIVES": {"script-src": value}}):
            setattr(shop.project, name, policy)
            assert isinstance(shop.said(), list)
