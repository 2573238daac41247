import pytest

from capi_tracking.conf import PixelSettings, conf, is_loopback, pixel
from capi_tracking.exceptions import ImproperlyTracked


def test_conf__is_read_live(capi):
    assert conf.BATCH_SIZE == 1000
    capi(BATCH_SIZE=5)
    assert conf.BATCH_SIZE == 5


def test_conf__an_unknown_setting_is_an_error():
    with pytest.raises(AttributeError):
        _ = conf.BATCHSIZE


def test_pixel__its_secrets_are_in_no_repr():
    known = PixelSettings("default", "1", access_token="secret-token", app_secret="secret-app")
    assert "secret" not in repr(known)


def test_pixel__an_unknown_alias_names_the_known_ones():
    with pytest.raises(ImproperlyTracked, match=r"no pixel 'second'.*default"):
        pixel("second")


def test_pixel__the_fingerprint_changes_with_the_token_and_does_not_tell_it():
    one, other = PixelSettings("default", "1", "a" * 20), PixelSettings("default", "1", "b" * 20)
    assert one.fingerprint != other.fingerprint
    assert "a" * 20 not in one.fingerprint


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8990", True),
        ("http://localhost", True),
        ("http://[::1]:1", True),
        ("https://graph.facebook.com", False),
        ("http://127.0.0.1.evil.example", False),
    ],
)
def test_is_loopback__knows_this_machine(url, expected):
    assert is_loopback(url) is expected
