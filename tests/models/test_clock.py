"""The database's own clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from capi_tracking.models import Pixel
from capi_tracking.models.database.clock import DatabaseNow

pytestmark = pytest.mark.django_db


def test_now__is_never_before_what_was_stored_a_moment_ago() -> None:
    Pixel.objects.create(alias="a")
    for _ in range(200):
        Pixel.objects.update(wait_until=timezone.now())
        assert Pixel.objects.filter(wait_until__lte=DatabaseNow()).exists()


def test_now__can_be_reckoned_with() -> None:
    Pixel.objects.create(alias="a")
    Pixel.objects.update(wait_until=DatabaseNow() + timedelta(hours=1))
    assert not Pixel.objects.filter(wait_until__lte=DatabaseNow() + timedelta(minutes=59)).exists()
    assert Pixel.objects.filter(wait_until__lte=DatabaseNow() + timedelta(minutes=61)).exists()
