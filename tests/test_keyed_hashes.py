"""Hashes that follow from the secret key."""

from capi_tracking.keyed_hashes import identity_key, keyed_hash

FBP = "fb.1.1767225600000.123456789"


def test_keyed_hash__differs_by_purpose_and_key():
    made = {keyed_hash("x", purpose="a"), keyed_hash("x", purpose="b"), keyed_hash("x", purpose="a", key="k")}
    assert len(made) == 3


def test_identity_key__finds_again_and_tells_nothing():
    key = identity_key("fbp", FBP)
    assert len(key) == 16
    assert key == identity_key("fbp", FBP) != identity_key("em", FBP)
    assert identity_key("fbp", "") is None
