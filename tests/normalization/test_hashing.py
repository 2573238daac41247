"""What is a hash already."""

import hashlib

from capi_tracking import normalization


def test_is_hash__takes_sha256_in_either_case_and_nothing_else():
    digest = hashlib.sha256(b"x").hexdigest()
    assert normalization.is_hash(digest)
    assert normalization.is_hash(digest.upper())
    assert not normalization.is_hash(digest[:-1])
    assert not normalization.is_hash(digest + "\n")
    assert not normalization.is_hash("z" * 64)
    assert not normalization.is_hash(hashlib.md5(b"x").hexdigest())


def test_is_hash__the_hash_of_nothing_is_none():
    assert not normalization.is_hash(hashlib.sha256(b"").hexdigest())
