"""``events/`` for other systems."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from capi_tracking.models import ApiKey, OutboxEvent
from capi_tracking.signals import event_recorded
from tests.items import an_item

pytestmark = pytest.mark.django_db
EVENTS = "/capi/events/"


@pytest.fixture(autouse=True)
def nobody_counted_yet():
    cache.clear()


@pytest.fixture
def key():
    return ApiKey.objects.issue(ApiKey(name="Till", pixels=["default"]))


@pytest.fixture
def post(client, key):
    def post(body, *, secret=key, content_type="application/json", **more):
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        return client.post(EVENTS, text, content_type=content_type, headers=headers, **more)

    return post


def problem(response, status) -> dict:
    assert response.status_code == status, response.content
    assert response["content-type"] == "application/problem+json"
    told = response.json()
    assert (told["status"], set(told)) == (status, {"type", "title", "status", "detail"})
    return told


def test_post__tells_of_each_item_in_its_order(post):
    answer = post([an_item(), an_item(), an_item("b", consent=None), an_item("c", event_time="2026-01-01T10:00:00")])
    assert answer.status_code == 200
    told = answer.json()
    assert [line["outcome"] for line in told["results"]] == ["recorded", "duplicate", "skipped", "refused"]
    assert {name: told[name] for name in ("recorded", "duplicate", "skipped", "refused")} == dict.fromkeys(
        ("recorded", "duplicate", "skipped", "refused"), 1
    )
    assert told["results"][3] == {
        "event_id": "c",
        "outcome": "refused",
        "field": "event_time",
        "reason": "has no time zone: end it with Z or +01:00, say",
    }
    assert OutboxEvent.objects.get().source == "api"


def test_post__needs_a_key_that_exists(post, client, admin_user):
    client.force_login(admin_user)  # no login stands for a key
    assert problem(post([an_item()], secret=""), 401)
    answer = post([an_item()], secret="capi_wrong")
    assert problem(answer, 401)
    assert answer["www-authenticate"].startswith("Bearer")


def test_post__a_revoked_key_is_refused_from_the_next_request_on(post):
    assert post([an_item()]).status_code == 200
    ApiKey.objects.revoke()
    assert "revoked" in problem(post([an_item("b")]), 401)["detail"]
    assert OutboxEvent.objects.count() == 1


def test_post__that_began_goes_on_though_its_key_is_revoked_meanwhile(post):
    def revoke(**more):
        ApiKey.objects.revoke()

    event_recorded.connect(revoke)
    try:
        told = post([an_item(f"till-{number}") for number in range(3)]).json()
    finally:
        event_recorded.disconnect(revoke)
    assert told["recorded"] == OutboxEvent.objects.count() == 3
    problem(post([an_item("later")]), 401)


def test_post__our_own_failure_is_a_problem_that_shows_no_customer(post, capi, caplog):
    capi(EVENT_BYTES="many")  # compared with a number, it raises
    told = problem(post([an_item()]), 500)
    assert "TypeError" in caplog.text
    assert "jo@shop.example" not in caplog.text + str(told)


def test_post__a_key_writes_its_own_pixels_and_events_alone(post, capi):
    capi(PIXELS={alias: {"PIXEL_ID": f"{n}", "ACCESS_TOKEN": "t"} for n, alias in enumerate(("default", "other"))})
    secret = ApiKey.objects.issue(ApiKey(name="CRM", pixels=["other"], events=["Lead"], policy="crm-1"))
    items = [
        an_item("a", event_name="Lead", consent=None),
        an_item("b", event_name="Lead", pixel="default"),
        an_item("c"),
    ]
    lines = post(items, secret=secret).json()["results"]
    assert [line.get("field") for line in lines] == [None, "pixel", "event_name"]
    row = OutboxEvent.objects.get()
    assert (row.pixel, row.consent_policy) == ("other", "crm-1")


def test_post__bodies_that_are_no_array_of_events(post):
    for body in ("", "{", "{}", "null", '"a"', "[" * 100_000, "[NaN]", "[1e", b"\xff\xfe[]", "[" + "9" * 5000 + "]"):
        problem(post(body), 400)
    problem(post([None] * 1001), 413)
    problem(post("[]", content_type="text/csv"), 415)
    assert not OutboxEvent.objects.exists()


def test_post__items_of_any_kind_are_refused_one_by_one(post):
    deep = {}
    for _ in range(300):
        deep = {"a": deep}
    items = [
        None, 1, "a", [], [[]], {}, {"": 1}, {"\0": 1}, {"\ud800": 1}, deep,
        an_item("a\0b"), an_item("\ud800"), an_item("x" * 5000), an_item(event_name="x" * 5000),
        an_item(custom_data={"value": 1e308, "currency": "EUR"}), an_item(custom_data=deep),
        an_item(user_data={"email": deep}), an_item(consent=deep), an_item(event_time=10**400),
    ]  # fmt: skip
    told = post(items).json()
    assert told["refused"] == len(items)
    assert all(line["field"] and line["reason"] for line in told["results"])


def test_post__reads_no_more_than_its_bytes(post, capi):
    capi(API_BYTES=1000)
    problem(post("[" + " " * 1000 + "]"), 413)


def test_post__whose_body_breaks_off_is_nobodys_failure(post, caplog):
    class Broken:
        def read(self, *size):
            raise ConnectionResetError

        readline = read

        def close(self): ...

    problem(post("[]", **{"wsgi.input": Broken()}), 400)
    assert [line for line in caplog.records if line.name.startswith("capi_tracking")] == []


def test_post__ends_at_the_keys_rate_before_the_body_is_read(post, capi):
    capi(API_RATE=2)
    with_another = ApiKey.objects.issue(ApiKey(name="CRM", pixels=["default"]))
    assert [post([]).status_code for _ in range(2)] == [200, 200]
    answer = post("{")
    problem(answer, 429)
    assert 0 < int(answer["retry-after"]) <= 60
    assert post([], secret=with_another).status_code == 200


def test_key__is_stored_as_a_keyed_hash_and_outlives_a_change_of_the_secret_key(post, key, settings):
    row = ApiKey.objects.get()
    assert key not in json.dumps([str(value) for value in vars(row).values()])
    assert key.startswith(row.prefix)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert post([]).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    problem(post([]), 401)


def test_key__notes_its_use_once_a_minute(post, django_assert_num_queries):
    post([])
    first = ApiKey.objects.get().last_used_at
    assert first
    with django_assert_num_queries(1):
        post([])
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    post([])
    assert ApiKey.objects.get().last_used_at >= first


def test_other_methods__are_problems_too(client, admin_client, key):
    problem(admin_client.put(EVENTS), 405)
    assert client.get(EVENTS, headers={"authorization": f"Bearer {key}"}).status_code in (401, 403)
