"""Graph's edge for events: encodings, options, token, proof, pixel, version."""

import gzip
import hashlib
import hmac
import json

import pytest

from capi_tracking.sandbox import Sandbox
from tests.sandbox.conftest import PIXEL, codes

# What is taken


def test_events__are_counted_in_the_answer_as_meta_does(post, event):
    answer = post(event(), event(event_id="id-0000002"))
    assert answer.status_code == 200
    assert answer.json()["events_received"] == 2
    assert answer.json()["messages"] == []
    assert answer.json()["fbtrace_id"]


def test_events__are_kept_whole_with_the_options_of_their_request(post, event, sandbox):
    sent = event(custom_data={"value": 9.9, "currency": "EUR"})
    post(sent, test_event_code="TEST1", partner_agent="django-shop-1")
    kept = sandbox.events[0]
    assert kept["payload"] == sent
    assert kept["batch"]["test_event_code"] == "TEST1"
    assert kept["batch"]["partner_agent"] == "django-shop-1"


def test_a_test_event__counts_like_any_other(post, event, sandbox):
    post(event(), test_event_code="TEST1")
    assert sandbox.counted() == 1


@pytest.mark.parametrize("as_text", [True, False])
def test_events__may_come_as_a_form(sandbox, http, address, event, as_text):
    data = json.dumps([json.dumps(event()) if as_text else event()])
    form = {"data": data, "access_token": sandbox.token}
    for encoded in ({"data": form}, {"files": {name: (None, value) for name, value in form.items()}}):
        answer = http.post(address(sandbox), **encoded, timeout=30)
        assert answer.json()["events_received"] == 1, answer.text
    assert [kept["batch"]["encoding"] for kept in sandbox.events] == ["form", "multipart"]


@pytest.mark.parametrize("listed", [json.dumps, lambda events: [json.dumps(one) for one in events]])
def test_events__may_be_json_in_json(post, event, listed):
    assert post(data=listed([event(), event(event_id="b")])).json()["events_received"] == 2


def test_events__may_come_gzipped(sandbox, http, address, event):
    body = gzip.compress(json.dumps({"data": [event()], "access_token": sandbox.token}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert http.post(address(sandbox), data=body, headers=headers, timeout=30).status_code == 200
    assert codes(http.post(address(sandbox), data=body[:-9], headers=headers, timeout=30))[:2] == (413, 1)
    assert codes(http.post(address(sandbox), data=b"plain", headers=headers, timeout=30)) == (400, 100, None)
    other = headers | {"Content-Encoding": "br"}
    assert codes(http.post(address(sandbox), data=body, headers=other, timeout=30)) == (400, 100, None)


def test_a_connection__serves_many_requests(post, event, sandbox):
    for number in range(3):
        post(event(event_id=f"id-000000{number}"))
    assert sandbox.requests["graph"] == 3
    assert sandbox.requests["connections"] == 1


# The batch


def test_one_bad_event__sinks_the_whole_batch(post, event, sandbox):
    answer = post(event(), event(event_id="id-0000002", event_name="Purchase"), event(event_id="id-0000003"))
    assert codes(answer) == (400, 100, 2804009)
    assert sandbox.events == []
    assert sandbox.refusals[0]["reason"].startswith("data[1]: value")


def test_keeps_valid__takes_the_good_events_that_have_an_id_and_refuses_all_the_same(post, event, clock):
    bad = event(event_id="bad", user_data={})
    with Sandbox(clock=clock, keeps_valid=True) as lax:
        answer = post(event(event_id="a"), bad, event(event_id=None), event(event_id="b"), to=lax)
        assert codes(answer) == (400, 100, 2804050)
        assert [kept["event_id"] for kept in lax.events] == ["a", "b"]


def test_a_batch__holds_a_thousand_events_at_most(post, event):
    assert post(*[event()] * 1000).json()["events_received"] == 1000
    assert codes(post(*[event()] * 1001)) == (400, 100, None)


@pytest.mark.parametrize("data", [None, [], "x", {}, [1], [[]], '["x"]', "[NaN]", [None], [True], '[{"a":1e999}]'])
def test_data__must_be_a_list_of_events(post, data):
    assert codes(post(data=data))[:2] == (400, 100)


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000, b'{"data": NaN}', b"\xff", b"", b'{"data": 1e999}'])
def test_a_body__that_is_no_json_object_is_refused(sandbox, http, address, body):
    headers = {"Content-Type": "application/json"}
    assert codes(http.post(address(sandbox), data=body, headers=headers, timeout=30)) == (400, 100, None)


# The parameters beside the events


@pytest.mark.parametrize(
    "wrong",
    [
        {"partner_agent": "x" * 23},
        {"partner_agent": "1.2.3"},
        {"partner_agent": 7},
        {"test_event_code": 7},
        {"upload_tag": ["a"]},
        {"upload_id": {}},
        {"upload_source": True},
        {"namespace_id": []},
        {"platforms": {"name": "shop"}},
        {"platforms": "shop"},
        {"platforms": ["shop"]},
        {"progress": 3},
        {"trace": -1},
        {"trace": "x"},
    ],
    ids=str,
)
def test_a_parameter__of_the_wrong_shape_is_refused(post, event, sandbox, wrong):
    assert codes(post(event(), **wrong)) == (400, 100, None)
    assert sandbox.events == []


@pytest.mark.parametrize(
    "right",
    [
        {"partner_agent": "x" * 22},
        {"partner_agent": ""},
        {"upload_tag": "june", "upload_id": 7, "upload_source": "till", "namespace_id": "1"},
        {"platforms": [{"name": "shop", "type": "web", "version": "1"}]},
        {"platforms": '[{"name": "shop"}]'},
        {"progress": {"start_inclusive": 0, "end_exclusive": 1}},
        {"trace": 3},
        {"trace": "3"},
        {"unheard_of": {"of": "me"}},
    ],
    ids=str,
)
def test_a_parameter__that_is_right_or_unknown_is_taken(post, event, right):
    assert post(event(), **right).status_code == 200


# Token, proof, pixel, version


@pytest.mark.parametrize("token", ["", None, "tok-4711", 5, "\ud800"])
def test_a_wrong_token__is_190_and_kept_nowhere(post, event, sandbox, token):
    assert codes(post(event(), access_token=token)) == (401, 190, None)
    assert "tok-4711" not in json.dumps(sandbox.refusals)


def test_the_token__is_taken_from_three_places_and_the_place_is_noted(sandbox, http, address, event):
    body, token = {"data": [event()]}, sandbox.token
    http.post(address(sandbox), json=body | {"access_token": token}, timeout=30)
    http.post(address(sandbox), json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    everywhere = {"params": {"access_token": token}, "headers": {"Authorization": f"Bearer {token}"}}
    http.post(address(sandbox), json=body | {"access_token": token}, **everywhere, timeout=30)
    assert [kept["token_in"] for kept in sandbox.events] == ["body", "header", "query"]


def test_the_token__is_in_no_listing_and_no_page(sandbox, http, post, event):
    sandbox.token = "very-secret-token"
    post(event())
    post(event(), access_token="another-secret-token")
    seen = "".join(http.get(sandbox.url + path, timeout=30).text for path in ("/", "/sandbox/events.json"))
    assert "secret-token" not in seen + repr(sandbox)


def test_appsecret_proof__must_belong_to_the_token(post, event, clock):
    proof = hmac.new(b"app", b"sandbox-token", hashlib.sha256).hexdigest()
    with Sandbox(app_secret="app", clock=clock) as strict:
        assert post(event(), to=strict, appsecret_proof=proof).status_code == 200
        for wrong in ({}, {"appsecret_proof": "0" * 64}, {"appsecret_proof": 7}):
            answer = post(event(), to=strict, **wrong)
            assert codes(answer) == (400, 100, None)
            assert "appsecret_proof" in answer.json()["error"]["message"]


def test_appsecret_proof__is_checked_for_its_shape_where_the_secret_is_not_known(post, event):
    assert post(event(), appsecret_proof="0" * 64).status_code == 200
    assert codes(post(event(), appsecret_proof="zzz")) == (400, 100, None)


@pytest.mark.parametrize("pixel", ["999", "shop", "1" * 30])
def test_an_unknown_pixel__is_100_33(post, event, pixel):
    assert codes(post(event(), pixel=pixel)) == (400, 100, 33)


@pytest.mark.parametrize("version", ["v99.0", "v26", "v26.5", "v²6.0"])
def test_an_unknown_version__is_refused(post, event, version, sandbox):
    answer = post(event(), version=version)
    assert answer.status_code in (400, 404)
    assert sandbox.events == []


def test_a_path_without_a_version__is_refused(sandbox, http, event):
    body = {"data": [event()], "access_token": sandbox.token}
    assert codes(http.post(f"{sandbox.url}/{PIXEL}/events", json=body, timeout=30)) == (400, 2500, None)


def test_an_old_version__is_taken_with_a_warning(post, event):
    assert "v16.0" in post(event(), version="v16.0").headers["X-Ad-Api-Version-Warning"]
    assert "X-Ad-Api-Version-Warning" not in post(event(), version="v25.0").headers


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_the_edge__takes_post_alone(sandbox, http, address, method):
    answer = http.request(method, address(sandbox), params={"access_token": sandbox.token}, timeout=30)
    assert answer.status_code == 400
    assert method == "HEAD" or codes(answer) == (400, 2500, None)


# Answers


def test_texts_for_people__come_in_many_languages_and_codes_do_not_change(post, event):
    answers = [post(event(user_data={})) for _ in range(6)]
    assert len({answer.json()["error"]["error_user_msg"] for answer in answers}) > 3
    assert {codes(answer) for answer in answers} == {(400, 100, 2804050)}
    danish = [post(event(user_data={}), headers={"Accept-Language": "da-DK,en"}).json()["error"] for _ in range(2)]
    assert danish[0]["error_user_title"] == danish[1]["error_user_title"] == "Anmodningen blev ikke godkendt"


def test_a_refusal__has_the_shape_of_graphs(post, event):
    error = post(event(user_data={})).json()["error"]
    assert error.keys() == {
        *("message", "type", "code", "error_subcode", "is_transient", "error_user_title", "error_user_msg"),
        *("error_data", "fbtrace_id"),
    }
    assert error["error_data"] == {"blame_field_specs": [["user_data"]]}
