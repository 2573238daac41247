from dataclasses import asdict

import pytest

from capi_tracking.checks import check_names
from capi_tracking.checks.given import PIXEL_TYPES, example, fits
from capi_tracking.conf import Settings, pixel

DEFAULTS = {name: value for name, value in vars(Settings).items() if name.isupper()}


@pytest.mark.parametrize(
    ("name", "value", "expected", "typed"),
    [
        ("BATCH_SIZE", "1000", "int, not str", "1000"),
        ("BATCH_SIZE", True, "int, not bool", "1000"),
        ("LEASE", 300, "timedelta, not int", "timedelta(seconds=300)"),
        ("NUDGE", False, "str or None, not bool", '"celery"'),
        ("OUTBOX_DATABASES", "default", "list of str, not str", '["default"]'),
        ("TRUSTED_PROXIES", ["10.0.0.0/8", 1], "int or list of str, not list of int, str", "0"),
        ("TRACK_SINCE", "2026-11-01", "datetime or None, not str", "datetime(2026, 11, 1, tzinfo=UTC)"),
        ("PIXELS", ["1"], "dict, not list of str", '{"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}'),
    ],
)
def test_check_names__a_wrong_type_is_named_and_mended(shop, name, value, expected, typed):
    shop.capi(**{name: value})
    (message,) = check_names()
    assert message.id == "capi_tracking.E003"
    assert message.msg == f"CAPI_TRACKING[{name!r}] must be {expected}."
    assert message.hint == f'In CAPI_TRACKING, for example: "{name}": {typed}'


@pytest.mark.parametrize("name", DEFAULTS)
def test_check_names__the_defaults_have_their_own_types(shop, name):
    shop.capi(**{name: DEFAULTS[name]})
    assert check_names() == []
    assert example(name).startswith(f'"{name}": ')


def test_check_names__a_key_like_no_other_is_shown_all_of_them(shop):
    shop.capi(ZZZZ=5)
    shop.pixel(ZZZZ=5)
    own, of_pixel = check_names()
    assert own.hint == f"There are: {', '.join(sorted(DEFAULTS))}."
    assert of_pixel.hint == f"There are: {', '.join(sorted(PIXEL_TYPES))}."


def test_check_names__small_letters_are_no_other_word(shop):
    shop.capi(graph_version="v26.0")
    assert [message.hint for message in check_names()] == ['Did you mean "GRAPH_VERSION"?']


def test_pixel_types__are_the_keys_that_a_pixel_has(shop):
    kinds = {str: "x", bool: True, dict: {"*": []}}
    shop.pixel(**{name: kinds.get(hint, "x") for name, hint in PIXEL_TYPES.items()})
    assert asdict(pixel("default")) == {
        "alias": "default",
        **{name.lower(): ("x",) if fits([], hint) else kinds.get(hint, "x") for name, hint in PIXEL_TYPES.items()},
    }


def test_fits__true_is_no_number():
    assert not fits(True, int | None)
    assert fits(True, bool)
