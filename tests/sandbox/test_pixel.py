"""The pixel's endpoint and its script."""

import pytest

from tests.sandbox.conftest import PIXEL


def test_a_hit__answers_a_picture_and_is_kept_with_all_it_said(sandbox, hit):
    answer = hit(**{"cd[value]": "9.90", "dl": "https://shop.example/", "noscript": "1"})
    assert answer.headers["Content-Type"] == "image/gif"
    kept = sandbox.events[0]
    assert (kept["channel"], kept["event_name"], kept["event_id"]) == ("browser", "ViewContent", "id-0000001")
    assert kept["params"]["cd[value]"] == "9.90"
    assert kept["params"]["noscript"] == "1"


@pytest.mark.parametrize("way", ["data", "files", "beacon"])
def test_a_hit__may_be_posted(sandbox, http, way):
    params = {"id": PIXEL, "ev": "Lead", "eid": "id-0000009"}
    encoded = {
        "data": {"data": params},
        "files": {"files": {name: (None, value) for name, value in params.items()}},
        "beacon": {"data": f"id={PIXEL}&ev=Lead&eid=id-0000009", "headers": {"Content-Type": "text/plain"}},
    }[way]
    http.post(f"{sandbox.url}/tr", **encoded, timeout=30)
    assert [(kept["event_id"], kept["method"]) for kept in sandbox.events] == [("id-0000009", "POST")]


def test_a_hit__without_a_name_or_of_a_foreign_pixel_is_answered_and_thrown_away(sandbox, hit):
    assert hit(name="").status_code == 200
    assert hit(pixel="999").status_code == 200
    assert sandbox.events == []
    assert [refusal["reason"] for refusal in sandbox.refusals] == ["hit without id or ev", "hit of an unknown pixel"]


def test_a_hit__with_plain_customer_data_is_noted_without_showing_it(sandbox, hit):
    hit(name="Lead", **{"ud[em]": "someone@example.org", "ud[ph]": "0" * 64})
    assert sandbox.events[0]["notes"] == ["ud[em] is not hashed"]


@pytest.mark.parametrize("body", [b'{"id": [[1]], "ev": {"a": 1}}', b"{", b"[]", b"\xff"])
def test_a_hit__of_an_odd_shape_is_answered_all_the_same(sandbox, http, body):
    answer = http.post(f"{sandbox.url}/tr", data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.headers["Content-Type"] == "image/gif"
    assert sandbox.events == []


def test_a_hit__comes_by_get_or_post(sandbox, http):
    assert http.delete(f"{sandbox.url}/tr?id={PIXEL}&ev=Lead", timeout=30).status_code == 405
    assert sandbox.events == []


@pytest.mark.parametrize("path", ["/fbevents.js", "/en_US/fbevents.js"])
def test_the_script__may_be_loaded_by_any_page_and_is_never_cached(sandbox, http, path):
    answer = http.get(sandbox.url + path, timeout=30)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
