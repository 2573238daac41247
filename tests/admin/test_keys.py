"""Keys of other systems in the admin."""

import json
import re

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.urls import reverse

from capi_tracking.models import ApiKey, OutboxEvent
from tests.items import an_item

pytestmark = pytest.mark.django_db
LIST, ADD = (reverse(f"admin:capi_tracking_apikey_{page}") for page in ("changelist", "add"))
FORM = {"name": "Till", "pixels": ["default"], "events": "Purchase\n\n Lead \nLead", "policy": "card-3"}


def test_key__is_made_shown_once_and_written_nowhere(staff):
    client = staff("add_apikey", "view_apikey")
    page = client.get(ADD).content.decode()
    assert 'name="policy"' in page
    answer = client.post(ADD, FORM)
    assert answer.status_code == 200
    assert "no-store" in answer["cache-control"]
    [secret] = set(re.findall(r"capi_[\w-]{43}", answer.content.decode()))
    key = ApiKey.objects.get()
    assert (key.name, key.pixels, key.events, key.policy) == ("Till", ["default"], ["Purchase", "Lead"], "card-3")
    assert LogEntry.objects.get().action_flag == ADDITION
    again = (
        client.get(LIST).content.decode()
        + client.get(reverse("admin:capi_tracking_apikey_change", args=[key.pk])).content.decode()
    )
    kept = [again, str(vars(key)), *LogEntry.objects.values_list("change_message", flat=True)]
    kept += [str(each.get_decoded()) for each in Session.objects.all()] + [client.cookies.output()]
    assert not [each for each in kept if secret in each]
    assert key.prefix in again
    bearer = {"authorization": f"Bearer {secret}"}
    client.post("/capi/events/", json.dumps([an_item(consent=None)]), content_type="application/json", headers=bearer)
    assert OutboxEvent.objects.get().consent_policy == "card-3"


def test_key__wants_a_pixel_that_there_is(staff):
    client = staff("add_apikey", "view_apikey")
    for wrong in ({"pixels": []}, {"pixels": ["other"]}, {"name": ""}, {"events": "\n".join(map(str, range(101)))}):
        assert "errorlist" in client.post(ADD, FORM | wrong).content.decode()
    assert not ApiKey.objects.exists()


def test_key__is_made_and_revoked_by_who_may_and_that_is_logged(staff):
    ApiKey.objects.issue(ApiKey(name="Till", pixels=["default"]))
    revoke = {"action": "revoke", "_selected_action": [ApiKey.objects.get().pk]}
    client = staff("view_apikey")
    assert client.get(ADD).status_code == client.post(ADD, FORM).status_code == 403
    client.post(LIST, revoke)
    assert ApiKey.objects.get().revoked_at is None
    User.objects.get().user_permissions.add(Permission.objects.get(codename="change_apikey"))
    client.post(LIST, revoke)
    assert ApiKey.objects.get().revoked_at
    assert [(each.action_flag, each.change_message) for each in LogEntry.objects.all()] == [(CHANGE, "Revoked")]
