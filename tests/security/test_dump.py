"""What a stolen dump tells without the settings: no person can be looked up in it."""

import hashlib
from typing import Any

import pytest

from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import OutboxEvent
from capi_tracking.tracking import track
from tests.factories import FBP, an_event

pytestmark = pytest.mark.django_db

WHO = {"email_key": ("em", "jane@example.com"), "phone_key": ("ph", "491712345678"), "visitor_key": ("fbp", FBP)}


@pytest.mark.parametrize("column", WHO)
def test_keys__tell_nothing_without_the_secret(settings: Any, column: str) -> None:
    kind, value = WHO[column]
    track(an_event())
    kept = getattr(OutboxEvent.objects.get(), column)
    plain = value if kind == "fbp" else hashlib.sha256(value.encode()).hexdigest()
    assert kept == identity_key(kind, plain)
    for known in (value, plain):
        for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512):
            assert kept not in digest(known.encode()).hexdigest()
    settings.SECRET_KEY = "another shop's"
    assert kept != identity_key(kind, plain)
