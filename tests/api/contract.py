"""Requests made up from the API's own description: ``python -m pytest tests/api/contract.py``, where schemathesis is installed.

``.ci/run --all`` runs it in an environment of its own. Items that are wrong are refused one by one with a 200, so what the
description forbids within an item is no error of the request.
"""

from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from capi_tracking.models import ApiKey
from tests.factories import DeliveryAttemptFactory, OutboxEventFactory

load_all_checks()
pytestmark = pytest.mark.django_db
EXAMPLES = 100  # of each address, method and mode
LEFT_OUT = [negative_data_rejection, positive_data_acceptance, ignored_auth]  # every request has what it needs


@pytest.fixture
def described(capi: Any) -> Any:
    """The description, and rows to read."""
    capi(API_RATE=10**9)
    for _ in range(3):
        OutboxEventFactory()
        DeliveryAttemptFactory()
    staff = User.objects.create_superuser("staff")
    client = Client()
    client.force_login(staff)
    secret = ApiKey.objects.issue(ApiKey(name="Till", pixels=["default"]))
    schema = schemathesis.openapi.from_dict(client.get("/capi/schema/").json())
    schema.app = WSGIHandler()
    session = {name: each.value for name, each in client.cookies.items()}
    schema.known = {"GET": {"cookies": session}, "POST": {"headers": {"Authorization": f"Bearer {secret}"}}}
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_made_up_requests__are_answered_as_described(mode: Any, described: Any) -> None:
    for found in described.get_all_operations():
        _ask(found.ok(), mode, **described.known[found.ok().method.upper()])


def _ask(operation: Any, mode: Any, **more: Any) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: Any) -> None:
        case.call_and_validate(excluded_checks=LEFT_OUT, **more)

    answered()
