"""The API's own description."""

import json

import pytest
from django.core.cache import cache

from capi_tracking.api import schema as module
from capi_tracking.models import ApiKey
from tests.items import an_item

pytestmark = pytest.mark.django_db
SCHEMA = "/capi/schema/"


def test_schema__is_not_there_without_spectacular_and_for_nobody_but_staff(client, admin_client, monkeypatch):
    monkeypatch.setattr(module, "SchemaGenerator", None)
    assert admin_client.get(SCHEMA).status_code == 404
    client.logout()
    assert client.get(SCHEMA).status_code in (401, 403)


def test_schema__tells_every_address_and_key_with_examples(admin_client):
    answer = admin_client.get(SCHEMA)
    assert answer.status_code == 200
    told = json.loads(answer.content)
    assert set(told["paths"]) == {"/events/", "/attempts/", "/stats/", "/reconciliation/"}
    assert told["servers"] == [{"url": "http://testserver/capi"}]
    post = told["paths"]["/events/"]["post"]
    assert post["security"] == [{"key": []}]
    content = post["requestBody"]["content"]["application/json"]
    [example] = content["examples"].values()
    items = content["schema"]["items"]
    assert set(example["value"][0]) <= set(items["properties"])
    cache.clear()
    secret = ApiKey.objects.issue(ApiKey(name="Till", pixels=["default"]))
    now = [{**each, "event_time": an_item()["event_time"]} for each in example["value"]]
    bearer = {"authorization": f"Bearer {secret}"}
    taken = admin_client.post("/capi/events/", json.dumps(now), content_type="application/json", headers=bearer)
    assert taken.json()["recorded"] == 1, taken.content
