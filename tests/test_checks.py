from datetime import timedelta

import pytest
from django.core import checks

from capi_tracking.checks import check_pixels, check_settings
from capi_tracking.conf import Settings


def test_check_settings__clean_settings_have_nothing_to_say():
    assert check_settings() == []


def test_check_settings__a_misspelt_key_is_told_the_right_one(capi):
    capi(BATCHSIZE=5)
    expected = checks.Warning(
        "CAPI_TRACKING has an unknown key 'BATCHSIZE'.", hint="Did you mean 'BATCH_SIZE'?", id="capi_tracking.W001"
    )
    assert check_settings() == [expected]


def test_check_settings__a_key_like_no_other_is_shown_all_of_them(capi):
    capi(ZZZZ=5)
    (message,) = check_settings()
    assert message.hint.startswith("There are: ")
    assert "BATCH_SIZE" in message.hint


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("BATCH_SIZE", "1000", "CAPI_TRACKING['BATCH_SIZE'] must be int, not str."),
        ("LEASE", 300, "CAPI_TRACKING['LEASE'] must be timedelta, not int."),
        ("TRUSTED_PROXIES", "1", "CAPI_TRACKING['TRUSTED_PROXIES'] must be int or list, not str."),
        ("NUDGE", False, "CAPI_TRACKING['NUDGE'] must be str or None, not bool."),
    ],
)
def test_check_settings__a_wrong_type_is_named(capi, name, value, expected):
    capi(**{name: value})
    assert check_settings() == [checks.Error(expected, id="capi_tracking.E002")]


def test_check_settings__the_defaults_have_their_own_types(capi):
    names = [name for name in vars(Settings) if name.isupper()]
    capi(**{name: vars(Settings)[name] for name in names})
    assert [message for message in check_settings() if message.id == "capi_tracking.E002"] == []
    assert timedelta in {type(vars(Settings)[name]) for name in names}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TRUSTED_PROXIES", ["10.0.0.1/8"], "has host bits set"),
        ("TRUSTED_PROXIES", ["nginx"], "does not appear to be"),
        ("OUTBOX_DATABASES", ["default", "reports"], "'reports', which is not in DATABASES"),
        ("OUTBOX_DATABASES", [], "must name a database"),
        ("CONSENT_POLICY", "2.0", "letters, digits"),
        ("CONSENT", "no.such.rule", "No module named 'no'"),
        ("CONSENT", "capi_tracking.checks.TYPES", "can't be called"),
    ],
)
def test_check_settings__a_value_that_cannot_work_is_named(capi, name, value, expected):
    capi(**{name: value})
    (message,) = check_settings()
    assert message.id == "capi_tracking.E005"
    assert name in message.msg
    assert expected in message.msg


def test_check_settings__times_without_a_zone_cannot_work(settings):
    settings.USE_TZ = False
    assert [message.id for message in check_settings()] == ["capi_tracking.E005"]


def test_check_pixels__none_says_what_to_type(capi):
    capi(PIXELS={})
    (message,) = check_pixels()
    assert message.id == "capi_tracking.W003"
    assert "ACCESS_TOKEN" in message.hint


def test_check_pixels__the_transport_says_what_it_lacks(capi):
    capi(
        TRANSPORT="capi_tracking.transports.graph.GraphTransport",
        PIXELS={"default": {"PIXEL_ID": "my shop", "ACCESS_TOKEN": ""}},
    )
    assert [message.id for message in check_pixels()] == ["capi_tracking.E101", "capi_tracking.E102"]


@pytest.mark.parametrize(
    "change", [{"TRANSPORT": "no.such.Transport"}, {"GRAPH_URL": "http://graph.example"}], ids=["transport", "graph"]
)
def test_check_pixels__a_transport_that_cannot_be_made_is_an_error(capi, change):
    capi(**{"TRANSPORT": "capi_tracking.transports.graph.GraphTransport"} | change)
    assert [message.id for message in check_pixels()] == ["capi_tracking.E004"]
